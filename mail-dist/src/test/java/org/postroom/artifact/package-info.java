/** What is tried with the archive that applications get, as they get it. */
package org.postroom.artifact;
