/** Mailboxes as applications have them, on the server's store. */
package org.postroom.dist.mailbox.store;
