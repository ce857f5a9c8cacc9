package org.postroom.core.mail;

/** What the sender says of the content (RFC 6152, RFC 3030). */
public enum BodyType {
  SEVEN_BIT,
  EIGHT_BIT_MIME,
  BINARY_MIME
}
