/** The machine that a server runs on: its users, as its own files have them, and its time. */
package org.postroom.core.machine;
