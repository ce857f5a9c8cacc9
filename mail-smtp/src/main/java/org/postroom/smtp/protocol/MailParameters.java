package org.postroom.smtp.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.mail.BodyType;

/**
 * What may stand behind the path of MAIL.
 *
 * @param size SIZE= (RFC 1870), octets; 0 when not given
 * @param body BODY= (RFC 6152)
 * @param smtpUtf8 SMTPUTF8 (RFC 6531)
 * @param fullReturn RET= (RFC 3461): whether FULL; empty when not given
 * @param envelopeId ENVID= (RFC 3461), decoded
 * @param auth AUTH= (RFC 4954, 5), decoded
 * @param requiresTls REQUIRETLS (RFC 8689)
 * @param verp the characters of XVERP=, empty where it was asked for without any
 */
public record MailParameters(
    long size,
    BodyType body,
    boolean smtpUtf8,
    Optional<Boolean> fullReturn,
    Optional<String> envelopeId,
    Optional<String> auth,
    boolean requiresTls,
    Optional<String> verp) {
  // RFC 3461, 4.4: 100 characters before encoding; others send more, and nobody gains by a refusal.
  private static final int MAX_ENVELOPE_ID = 500;

  /** No parameters. */
  public static final MailParameters NONE =
      new MailParameters(
          0,
          BodyType.SEVEN_BIT,
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty());

  /**
   * Reads them.
   *
   * @param offer what this client was offered: the parameters of other extensions are unknown to it
   * @throws BadCommand 555 for an unknown parameter, 501 for a bad value
   */
  public static MailParameters parse(SmtpReader in, Offer offer) {
    Map<String, String> given = in.parameters();
    if (given.isEmpty()) {
      return NONE;
    }
    long size = 0;
    BodyType body = BodyType.SEVEN_BIT;
    boolean smtpUtf8 = false;
    Optional<Boolean> fullReturn = Optional.empty();
    Optional<String> envelopeId = Optional.empty();
    Optional<String> auth = Optional.empty();
    boolean requiresTls = false;
    Optional<String> verp = Optional.empty();
    for (Map.Entry<String, String> parameter : given.entrySet()) {
      String keyword = parameter.getKey();
      String value = parameter.getValue();
      Parameters.check(keyword, offer, MailParameters::extensionOf);
      switch (keyword) {
        case "SIZE" -> size = sizeOf(value);
        case "BODY" -> body = bodyOf(value);
        case "SMTPUTF8" -> smtpUtf8 = Parameters.flag(keyword, value);
        case "REQUIRETLS" -> requiresTls = Parameters.flag(keyword, value);
        case Verp.KEYWORD -> verp = Optional.of(value);
        case "RET" -> fullReturn = Optional.of(isFull(value));
        case "ENVID" -> envelopeId = Optional.of(envelopeIdOf(value));
        default -> auth = Optional.of(Parameters.xtext(keyword, value));
      }
    }
    return new MailParameters(
        size, body, smtpUtf8, fullReturn, envelopeId, auth, requiresTls, verp);
  }

  /**
   * Who has handed the mail in first, as the client says by AUTH=, without control characters.
   * Empty where it does not say it, or does not vouch for anybody ({@code <>}).
   */
  public Optional<String> saslSender() {
    return auth.filter(who -> !who.equals("<>")).map(who -> who.replaceAll("\\p{Cc}", "?"));
  }

  /** As they stand behind the path, a space in front of each. */
  public String encode() {
    StringBuilder all = new StringBuilder();
    if (size > 0) {
      all.append(" SIZE=").append(size);
    }
    if (body == BodyType.EIGHT_BIT_MIME) {
      all.append(" BODY=8BITMIME");
    }
    if (smtpUtf8) {
      all.append(" SMTPUTF8");
    }
    fullReturn.ifPresent(full -> all.append(full ? " RET=FULL" : " RET=HDRS"));
    envelopeId.ifPresent(id -> all.append(" ENVID=").append(Xtext.encode(id)));
    auth.ifPresent(who -> all.append(" AUTH=").append(Xtext.encode(who)));
    if (requiresTls) {
      all.append(" REQUIRETLS");
    }
    return all.toString();
  }

  private static Optional<Extension> extensionOf(String keyword) {
    return switch (keyword) {
      case "SIZE" -> Optional.of(Extension.SIZE);
      case "BODY" -> Optional.of(Extension.EIGHTBITMIME);
      case "SMTPUTF8" -> Optional.of(Extension.SMTPUTF8);
      case "REQUIRETLS" -> Optional.of(Extension.REQUIRETLS);
      case "RET", "ENVID" -> Optional.of(Extension.DSN);
      case "AUTH" -> Optional.of(Extension.AUTH);
      case Verp.KEYWORD -> Optional.of(Extension.XVERP);
      default -> Optional.empty();
    };
  }

  private static long sizeOf(String value) {
    // RFC 1870, 3: up to 20 digits; what does not fit into 63 bits is too big in any case.
    if (value.isEmpty()
        || value.length() > 20
        || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new BadCommand(501, "5.5.4", "Bad message size syntax");
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static BodyType bodyOf(String value) {
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "7BIT" -> BodyType.SEVEN_BIT;
      case "8BITMIME" -> BodyType.EIGHT_BIT_MIME;
      default -> throw Parameters.unsupported("BODY=" + value);
    };
  }

  private static String envelopeIdOf(String value) {
    if (value.length() > MAX_ENVELOPE_ID) {
      throw Parameters.badValue("ENVID");
    }
    return Parameters.xtext("ENVID", value);
  }

  private static boolean isFull(String value) {
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "FULL" -> true;
      case "HDRS" -> false;
      default -> throw Parameters.badValue("RET");
    };
  }
}
