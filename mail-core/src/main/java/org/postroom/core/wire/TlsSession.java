package org.postroom.core.wire;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a handshake agreed on, in the words of the Received header and the log.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_256_GCM_SHA384}
 * @param bits the cipher's key length
 * @param peerCertificates the peer's chain, empty when it sent none
 */
public record TlsSession(
    String protocol, String cipher, int bits, List<X509Certificate> peerCertificates) {

  public TlsSession {
    peerCertificates = List.copyOf(peerCertificates);
  }
}
