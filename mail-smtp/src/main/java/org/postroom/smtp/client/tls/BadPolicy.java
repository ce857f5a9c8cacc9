package org.postroom.smtp.client.tls;

/** A table says of a next hop what is no policy: nothing goes there until it is mended. */
public final class BadPolicy extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadPolicy(String reason) {
    super(reason, null, false, false);
  }
}
