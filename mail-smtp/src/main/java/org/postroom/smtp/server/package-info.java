/** The SMTP session and its transaction, the roles it plays and the parameters it obeys. */
package org.postroom.smtp.server;
