/** Mailboxes as an application has them: what lies there, read and changed without a client. */
package org.postroom.dist.mailbox;
