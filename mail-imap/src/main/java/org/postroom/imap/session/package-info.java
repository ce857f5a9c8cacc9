/** States, the session's view of a mailbox, sync points, IDLE wake-up. */
package org.postroom.imap.session;
