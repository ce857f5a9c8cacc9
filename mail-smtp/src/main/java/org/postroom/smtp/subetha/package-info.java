/**
 * For applications that have listeners, handlers and checks of passwords written for SubEtha SMTP:
 * runs them on this server. SubEtha itself must be there; it never faces the network.
 */
package org.postroom.smtp.subetha;
