/**
 * What postconf(1) does: lists parameters and services as they are written, and edits their files.
 */
package org.postroom.dist.applet.postconf;
