/** What is wrong around a server, and the lines of the DNS that it needs: doctor, dns, self. */
package org.postroom.dist.applet.doctor;
