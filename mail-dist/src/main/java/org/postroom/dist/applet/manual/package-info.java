/** The manual pages of the commands, made from what they say of themselves. */
package org.postroom.dist.applet.manual;
