/** What doveadm(1) does, as a client of operations. */
package org.postroom.dist.applet.doveadm;
