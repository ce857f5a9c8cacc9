/** The command line: {@code Postroom} launches, one file for each applet. */
package org.postroom.dist.applet;
