/**
 * The machine that a server runs on: its users, as its own files have them, its time and its
 * threads.
 */
package org.postroom.core.machine;
