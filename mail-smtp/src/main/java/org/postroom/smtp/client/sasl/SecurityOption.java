package org.postroom.smtp.client.sasl;

/** What {@code smtp_sasl_security_options} may ask of a mechanism. */
public enum SecurityOption {
  /** Who listens does not learn the password. */
  NOPLAINTEXT,
  /** Who is in the middle cannot go on in our name. */
  NOACTIVE,
  /** Who listens cannot try words. */
  NODICTIONARY,
  /** We say who we are. */
  NOANONYMOUS,
  /** Who learns the password later cannot read what was said. */
  FORWARD_SECRECY,
  /** The server proves that it knows the password, too. */
  MUTUAL_AUTH
}
