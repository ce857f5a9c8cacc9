package org.postroom.smtp.client.tls;

/** How safe a connection to another server must be ({@code smtp_tls_security_level}). */
public enum TlsLevel {
  /** TLS is not used. */
  NONE(false),
  /** TLS where it is offered, with anybody (RFC 7435). */
  MAY(false),
  /** TLS, with anybody. */
  ENCRYPT(true),
  /** TLS with whom TLSA records name, where a host has any, else as at {@code may} (RFC 7672). */
  DANE(true),
  /** TLS with whom TLSA records name. */
  DANE_ONLY(true),
  /** TLS with whoever has a certificate or a key that is known. */
  FINGERPRINT(true),
  /** TLS with a certificate for the host that mail exchangers name. */
  VERIFY(true),
  /** TLS with a certificate for the next hop, whatever the DNS says of its exchangers. */
  SECURE(true);

  private final boolean required;

  TlsLevel(boolean required) {
    this.required = required;
  }

  /** Whether no mail goes without TLS. */
  public boolean requiresTls() {
    return required;
  }

  /** Whether the server must show who it is. */
  public boolean authenticates() {
    return compareTo(ENCRYPT) > 0;
  }

  /** Whether each host has its own policy, as its TLSA records say. */
  boolean asksForTlsa() {
    return this == DANE || this == DANE_ONLY;
  }
}
