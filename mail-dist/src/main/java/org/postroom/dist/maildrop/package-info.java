/** The folder in which programs leave mail that no server takes now. */
package org.postroom.dist.maildrop;
