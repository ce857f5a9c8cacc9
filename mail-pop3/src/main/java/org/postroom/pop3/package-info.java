/** The door of the POP3 server: {@link org.postroom.pop3.Pop3Service}. */
package org.postroom.pop3;
