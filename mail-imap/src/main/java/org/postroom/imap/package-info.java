/** The door: {@code ImapService}. */
package org.postroom.imap;
