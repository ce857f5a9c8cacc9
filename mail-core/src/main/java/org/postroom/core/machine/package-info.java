/** The users of the machine that a server runs on, as its own files have them. */
package org.postroom.core.machine;
