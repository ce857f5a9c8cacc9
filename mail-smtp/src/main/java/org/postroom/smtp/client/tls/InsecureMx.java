package org.postroom.smtp.client.tls;

/** What {@code smtp_tls_dane_insecure_mx_policy} may be. */
enum InsecureMx {
  /** They are as if they were not there. */
  MAY,
  /** There must be TLS, with anybody. */
  ENCRYPT,
  /** They are what they are for a host that is the domain's. */
  DANE
}
