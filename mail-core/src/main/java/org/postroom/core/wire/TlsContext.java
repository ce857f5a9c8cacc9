package org.postroom.core.wire;

/**
 * Keys and trust for handshakes, made by {@code TlsContexts} and replaced as a whole on reload:
 * handshakes begun before keep the old one.
 */
public interface TlsContext {}
