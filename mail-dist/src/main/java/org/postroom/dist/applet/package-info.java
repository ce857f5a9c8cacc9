/** The command line: one file for each applet. */
package org.postroom.dist.applet;
