/** What the configuration says of IMAP. */
package org.postroom.imap.param;
