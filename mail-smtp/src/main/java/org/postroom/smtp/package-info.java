/** The door: {@code SmtpService}; gives the session its command table. */
package org.postroom.smtp;
