package org.postroom.smtp.protocol;

import java.util.Optional;
import java.util.function.Function;

/** What the parameters of MAIL and RCPT have in common. */
final class Parameters {
  private Parameters() {}

  /**
   * Refuses a parameter nobody knows, or whose extension this client was not offered. AUTH= is
   * taken all the same (RFC 4954, 5): EHLO offers AUTH to nobody who has logged in, relays pass the
   * word on, and it is believed of none.
   */
  static void check(
      String keyword, Offer offer, Function<String, Optional<Extension>> extensionOf) {
    Extension extension = extensionOf.apply(keyword).orElseThrow(() -> unsupported(keyword));
    if (extension == Extension.AUTH || offer.has(extension)) {
      return;
    }
    throw extension == Extension.DSN
        ? new BadCommand(501, "5.7.1", "DSN support is disabled")
        : unsupported(keyword);
  }

  static BadCommand unsupported(String option) {
    return new BadCommand(555, "5.5.4", "Unsupported option: " + option);
  }

  static boolean flag(String keyword, String value) {
    if (!value.isEmpty()) {
      throw badValue(keyword);
    }
    return true;
  }

  static String xtext(String keyword, String value) {
    if (value.isEmpty()) {
      throw badValue(keyword);
    }
    try {
      return Xtext.decode(value);
    } catch (IllegalArgumentException e) {
      throw badValue(keyword);
    }
  }

  static BadCommand badValue(String keyword) {
    return new BadCommand(501, "5.5.4", "Error: Bad " + keyword + " parameter syntax");
  }
}
