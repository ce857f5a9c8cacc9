package org.postroom.smtp.protocol;

import java.util.Locale;
import java.util.Optional;

/** The service extensions that both sides here know, in the order EHLO lists them. */
public enum Extension {
  /** RFC 2920. */
  PIPELINING("PIPELINING"),
  /** RFC 1870. */
  SIZE("SIZE"),
  /** Announced for clients that look for it; the command exists in any case. */
  VRFY("VRFY"),
  /** RFC 3207. */
  STARTTLS("STARTTLS"),
  /** RFC 4954. */
  AUTH("AUTH"),
  /** RFC 2034. */
  ENHANCEDSTATUSCODES("ENHANCEDSTATUSCODES"),
  /** RFC 6152. */
  EIGHTBITMIME("8BITMIME"),
  /** RFC 3461. */
  DSN("DSN"),
  /** RFC 6531. */
  SMTPUTF8("SMTPUTF8"),
  /** RFC 8689. */
  REQUIRETLS("REQUIRETLS"),
  /** RFC 3030. */
  CHUNKING("CHUNKING"),
  /** Postfix's: a sender of its own for each recipient. */
  XVERP(Verp.KEYWORD);

  private final String keyword;

  Extension(String keyword) {
    this.keyword = keyword;
  }

  /** The word in the EHLO answer. */
  public String keyword() {
    return keyword;
  }

  /** The extension that {@code keyword}, in any case, announces. */
  public static Optional<Extension> of(String keyword) {
    String upper = keyword.toUpperCase(Locale.ROOT);
    for (Extension extension : values()) {
      if (extension.keyword.equals(upper)) {
        return Optional.of(extension);
      }
    }
    return Optional.empty();
  }
}
