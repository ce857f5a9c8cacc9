/** Mail in files, as mail programs keep it: mboxes, and flags as they name them. */
package org.postroom.dist.files;
