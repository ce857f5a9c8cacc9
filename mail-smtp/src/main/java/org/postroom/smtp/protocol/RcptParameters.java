package org.postroom.smtp.protocol;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mail.Recipient.Notify;

/**
 * What may stand behind the path of RCPT (RFC 3461).
 *
 * @param reportOn NOTIFY=; empty when not given
 * @param original ORCPT=, such as {@code rfc822;ada@example.org}, decoded
 */
public record RcptParameters(Set<Notify> reportOn, Optional<String> original) {

  /** No parameters. */
  public static final RcptParameters NONE = new RcptParameters(Set.of(), Optional.empty());

  public RcptParameters {
    reportOn = Set.copyOf(reportOn);
  }

  /**
   * Reads them.
   *
   * @param offer what this client was offered
   * @throws BadCommand 555 for an unknown parameter, 501 for a bad value
   */
  public static RcptParameters parse(SmtpReader in, Offer offer) {
    Map<String, String> given = in.parameters();
    if (given.isEmpty()) {
      return NONE;
    }
    Set<Notify> reportOn = Set.of();
    Optional<String> original = Optional.empty();
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      Parameters.check(parameter.getKey(), offer, RcptParameters::extensionOf);
      if (parameter.getKey().equals("NOTIFY")) {
        reportOn = notifyOf(parameter.getValue());
      } else {
        original = Optional.of(originalOf(parameter.getValue()));
      }
    }
    return new RcptParameters(reportOn, original);
  }

  /** As they stand behind the path, a space in front of each. */
  public String encode() {
    StringBuilder all = new StringBuilder();
    if (!reportOn.isEmpty()) {
      all.append(" NOTIFY=");
      all.append(String.join(",", reportOn.stream().sorted().map(Notify::name).toList()));
    }
    original.ifPresent(
        text -> {
          int semicolon = text.indexOf(';');
          all.append(" ORCPT=").append(text, 0, semicolon + 1);
          all.append(Xtext.encode(text.substring(semicolon + 1)));
        });
    return all.toString();
  }

  private static Optional<Extension> extensionOf(String keyword) {
    return keyword.equals("NOTIFY") || keyword.equals("ORCPT")
        ? Optional.of(Extension.DSN)
        : Optional.empty();
  }

  private static Set<Notify> notifyOf(String value) {
    Set<Notify> wishes = EnumSet.noneOf(Notify.class);
    for (String wish : value.toUpperCase(Locale.ROOT).split(",", -1)) {
      boolean fresh =
          switch (wish) {
            case "NEVER" -> wishes.add(Notify.NEVER);
            case "SUCCESS" -> wishes.add(Notify.SUCCESS);
            case "FAILURE" -> wishes.add(Notify.FAILURE);
            case "DELAY" -> wishes.add(Notify.DELAY);
            default -> false;
          };
      if (!fresh) {
        throw Parameters.badValue("NOTIFY");
      }
    }
    // RFC 3461, 4.1: NEVER stands alone.
    if (wishes.contains(Notify.NEVER) && wishes.size() > 1) {
      throw Parameters.badValue("NOTIFY");
    }
    return wishes;
  }

  private static String originalOf(String value) {
    int semicolon = value.indexOf(';');
    if (semicolon < 1 || semicolon == value.length() - 1) {
      throw Parameters.badValue("ORCPT");
    }
    for (int i = 0; i < semicolon; i++) {
      char c = value.charAt(i);
      if (c >= 0x7F || (!Character.isLetterOrDigit(c) && c != '-')) {
        throw Parameters.badValue("ORCPT");
      }
    }
    return value.substring(0, semicolon + 1)
        + Parameters.xtext("ORCPT", value.substring(semicolon + 1));
  }
}
