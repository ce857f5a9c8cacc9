/** Asking servers of the web: one question a connection, over the server's own wire. */
package org.postroom.smtp.client.https;
