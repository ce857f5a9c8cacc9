/** Senders of forwarded mail, written so that reports on it come back (SRS). */
package org.postroom.core.srs;
