/** What doveconf(1) prints of a dovecot.conf. */
package org.postroom.dist.applet.doveconf;
