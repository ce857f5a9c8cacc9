package org.postroom.smtp.client.tls;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How far a next hop must do what a mail with REQUIRETLS asks for (RFC 8689, 4.2.1). */
public enum RequireTlsLevel {
  /** Not at all, and it does not hear of it either. */
  DISABLE,
  /** It hears of it, where it offers REQUIRETLS under TLS. */
  OPPORTUNISTIC,
  /** The same, and nothing goes without TLS. */
  OPPORTUNISTIC_STARTTLS,
  /** It has to offer REQUIRETLS, and to show who it is, whatever the DNS says. */
  ENFORCE;

  /** Whether no mail goes without TLS. */
  public boolean requiresTls() {
    return compareTo(OPPORTUNISTIC_STARTTLS) >= 0;
  }

  /** As configuration writes it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '+');
  }

  /** The one that is written so; empty for other words. */
  static Optional<RequireTlsLevel> of(String word) {
    return Stream.of(values()).filter(one -> one.word().equalsIgnoreCase(word)).findFirst();
  }
}
