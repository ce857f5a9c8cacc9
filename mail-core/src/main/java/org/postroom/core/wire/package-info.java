/**
 * Listener, connection, line and literal reading, TLS, limits, timeouts; hides the transport
 * library.
 */
package org.postroom.core.wire;
