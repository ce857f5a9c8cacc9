package org.postroom.smtp.protocol;

import java.util.Optional;
import java.util.function.Function;

/** What the parameters of MAIL and RCPT have in common. */
final class Parameters {
  private Parameters() {}

  /** Refuses a parameter nobody knows, or whose extension this client was not offered. */
  static void check(
      String keyword, Offer offer, Function<String, Optional<Extension>> extensionOf) {
    if (extensionOf.apply(keyword).filter(offer::has).isEmpty()) {
      throw new BadCommand(555, "5.5.4", "Unsupported option: " + keyword);
    }
  }

  static boolean flag(String keyword, String value) {
    if (!value.isEmpty()) {
      throw badValue(keyword);
    }
    return true;
  }

  static String xtext(String keyword, String value, int limit) {
    if (value.isEmpty() || value.length() > limit) {
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
