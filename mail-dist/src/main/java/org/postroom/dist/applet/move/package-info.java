/**
 * Mail that comes from other stores, and goes to them: Maildirs, mboxes, servers that speak IMAP.
 */
package org.postroom.dist.applet.move;
