/**
 * sendmail on a machine without a server: mail goes to a provider's, as files of msmtp and sSMTP
 * say.
 */
package org.postroom.dist.applet.smarthost;
