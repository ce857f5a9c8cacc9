/** The states of a POP3 session, its maildrop and the lock on it. */
package org.postroom.pop3.session;
