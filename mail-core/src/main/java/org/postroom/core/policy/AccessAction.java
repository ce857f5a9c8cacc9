package org.postroom.core.policy;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;

/** What an access(5) table says of somebody: the grammar of its values. */
final class AccessAction {
  private static final Pattern STATUS =
      Pattern.compile("([245])(\\.\\d{1,3})(\\.\\d{1,3})(?:\\s+(.*))?");

  private final Settings settings;
  private final Subject about;
  private final Verdict.Worth worth;

  /**
   * Reads values.
   *
   * @param about whom they are found for
   * @param worth of a permission
   */
  AccessAction(Settings settings, Subject about, Verdict.Worth worth) {
    this.settings = settings;
    this.about = about;
    this.worth = worth;
  }

  /** What {@code value} says; a fault of the configuration where it says nothing that we know. */
  Verdict of(String value) {
    String text = value.strip();
    int end = 0;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    String word = text.substring(0, end).toUpperCase(Locale.ROOT);
    String rest = text.substring(end).strip();
    int defer = settings.get(RestrictionParams.ACCESS_DEFER_CODE);
    return switch (word) {
      case "", "OK", "RELAY" -> worth.permission();
      case "DUNNO" -> Verdict.DUNNO;
      case "REJECT" ->
          refusal(settings.get(RestrictionParams.ACCESS_REJECT_CODE), rest, "Access denied");
      case "DEFER" -> refusal(defer, rest, "Access denied");
      case "DEFER_IF_PERMIT" ->
          new Verdict.DeferIfPermit(refusal(defer, rest, "Service unavailable"));
      case "DEFER_IF_REJECT" ->
          new Verdict.DeferIfReject(refusal(defer, rest, "Service unavailable"));
      case "WARN", "INFO" -> treat(new Consequence.Note(word.toLowerCase(Locale.ROOT)), rest);
      case "DISCARD" -> treat(new Consequence.Discard(), triggers("DISCARD action", rest));
      case "HOLD" -> treat(new Consequence.Hold(), triggers("HOLD action", rest));
      case "FILTER" ->
          rest.indexOf(':') < 0
              ? Verdict.MISCONFIGURED
              : treat(new Consequence.Filter(rest), "triggers FILTER " + rest);
      case "PREPEND" ->
          FieldLine.parse(rest)
              .map(field -> treat(new Consequence.Prepend(field), "triggers PREPEND " + rest))
              .orElse(Verdict.MISCONFIGURED);
      case "REDIRECT", "BCC" -> toAnother(word, rest);
      default ->
          Character.isDigit(word.charAt(0))
              ? byNumber(word, rest)
              : new Verdict.Refer(text, about, worth);
    };
  }

  private Verdict treat(Consequence how, String said) {
    return new Verdict.Treat(how, about.does(said));
  }

  private static String triggers(String action, String text) {
    return text.isEmpty() ? "triggers " + action : text;
  }

  private Verdict toAnother(String word, String rest) {
    try {
      Address address = Address.parse(rest);
      return treat(
          word.equals("BCC") ? new Consequence.Bcc(address) : new Consequence.Redirect(address),
          "triggers " + word + " " + rest);
    } catch (MalformedAddress e) {
      return Verdict.MISCONFIGURED;
    }
  }

  /**
   * {@code 450 text} refuses; any other number, and a code without text, is a stamp of whoever
   * wrote the table, and permits.
   */
  private Verdict byNumber(String word, String rest) {
    if (word.matches("[45]\\d\\d") && !rest.isEmpty()) {
      return refusal(Integer.parseInt(word), rest, "Access denied");
    }
    return word.matches("\\d+") && rest.isEmpty() ? worth.permission() : Verdict.MISCONFIGURED;
  }

  private Verdict.Reject refusal(int code, String text, String preset) {
    Matcher status = STATUS.matcher(text);
    if (status.matches()) {
      String tail = tail(status.group(2), status.group(3));
      return Verdict.Reject.of(code, tail, about.rejected(orPreset(status.group(4), preset)));
    }
    return Verdict.Reject.of(code, ".7.1", about.rejected(orPreset(text, preset)));
  }

  private static String orPreset(@Nullable String text, String preset) {
    return text == null || text.isEmpty() ? preset : text;
  }

  /** A status that speaks of an address speaks of the one that it is about (RFC 3463, 3.2). */
  private String tail(String subject, String detail) {
    if (!subject.equals(".1")) {
      return subject + detail;
    }
    return switch (about.kind()) {
      case Subject.SENDER_ADDRESS ->
          switch (detail) {
            case ".1", ".3", ".4", ".6" -> ".1.7";
            case ".2" -> ".1.8";
            case ".5" -> ".1.0";
            default -> subject + detail;
          };
      case Subject.RECIPIENT_ADDRESS ->
          switch (detail) {
            case ".7" -> ".1.3";
            case ".8" -> ".1.2";
            default -> subject + detail;
          };
      default -> ".0.0";
    };
  }
}
