/** The queue of sendmail as it lies in files: a control file and the body of each mail. */
package org.postroom.dist.applet.mqueue;
