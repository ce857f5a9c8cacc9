package org.postroom.pop3.param;

/** What one POP3 session means to another on the same maildrop. */
public enum LockPolicy {
  /** One at a time; one whose client has been silent gives way to the next. */
  TAKEOVER,
  /** One at a time (RFC 1939, 4), however long it takes. */
  STRICT,
  /** As many as come. */
  OFF
}
