/**
 * Changing the text files of an administrator: whole logical lines, in one step, and no other's.
 */
package org.postroom.dist.applet.edit;
