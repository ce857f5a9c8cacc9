package org.postroom.core.quota;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Quota;

/**
 * One of Dovecot's quota rules: a mailbox, and what is different there.
 *
 * @param mailbox its name; {@code *} says what an account may hold in all
 * @param ignored whether what it holds does not count, and nothing is refused there
 * @param quota what {@code *} says
 * @param octets more that fit in there
 * @param percent so many hundredths of the account's octets more
 * @param messages more that fit in there
 */
record FolderRule(
    String mailbox, boolean ignored, Quota quota, long octets, int percent, long messages) {
  static final String FORM =
      "a rule such as *:storage=1G:messages=1000, Trash:storage=+100M, Trash:storage=+10% or"
          + " Spam:ignore";

  private static final String ALL = "*";
  private static final Pattern MASK = Pattern.compile("[*?%]");
  private static final Pattern INBOX = Pattern.compile("(?i)INBOX(?=/|$)");
  private static final Pattern MORE =
      Pattern.compile("(storage|bytes|messages)=\\+?([0-9]{1,15})([bBkKmMgGtT%]?)");

  /**
   * Reads one; empty where there is none.
   *
   * @throws BadValue when it is none
   */
  static Optional<FolderRule> parse(String text) {
    String plain = text.strip();
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    int colon = plain.indexOf(':');
    if (colon < 1 || colon == plain.length() - 1) {
      throw new BadValue("");
    }
    String mailbox = plain.substring(0, colon).strip();
    String rest = plain.substring(colon + 1).strip();
    if (mailbox.equals(ALL) || mailbox.equals("?")) { // Dovecot's ? gives way to a user's own
      return Optional.of(new FolderRule(ALL, false, QuotaText.parse(rest), 0, 0, 0));
    }
    String name = name(mailbox);
    if (rest.equals("ignore")) {
      return Optional.of(new FolderRule(name, true, Quota.NONE, 0, 0, 0));
    }
    return Optional.of(more(name, rest));
  }

  /** As mailboxes are called: in NFC, and INBOX in upper case (RFC 9051, 5.1). */
  private static String name(String written) {
    if (MASK.matcher(written).find()) {
      throw new BadValue("a rule is about one mailbox by its whole name, not " + written);
    }
    String name = Normalizer.normalize(written, Normalizer.Form.NFC);
    return INBOX.matcher(name).lookingAt() ? "INBOX" + name.substring("INBOX".length()) : name;
  }

  private static FolderRule more(String mailbox, String text) {
    long octets = 0;
    long percent = 0;
    long messages = 0;
    for (String part : text.split(":", -1)) {
      Matcher matcher = MORE.matcher(part.strip());
      if (!matcher.matches()) {
        throw new BadValue(
            "\"" + part + "\" is none of storage=+SIZE, messages=+NUMBER and ignore");
      }
      boolean storage = matcher.group(1).equals("storage");
      String unit = matcher.group(3).toLowerCase(Locale.ROOT);
      if (unit.equals("%")) {
        percent = Long.parseLong(matcher.group(2));
        if (!storage || percent > 1000) {
          throw new BadValue("\"" + part + "\": only storage has hundredths, of at most 1000");
        }
      } else if (storage) {
        octets = QuotaText.octets(matcher.group(2), unit.isEmpty() ? "k" : unit);
      } else if (!unit.isEmpty()) {
        throw new BadValue("\"" + part + "\": " + matcher.group(1) + " has no unit");
      } else if (matcher.group(1).equals("bytes")) {
        octets = Long.parseLong(matcher.group(2));
      } else {
        messages = Long.parseLong(matcher.group(2));
      }
    }
    return new FolderRule(mailbox, false, Quota.NONE, octets, (int) percent, messages);
  }

  /** Whether it is about the account as a whole. */
  boolean isForAll() {
    return mailbox.equals(ALL);
  }

  /** What fits into this mailbox, where {@code limit} is what fits into all. */
  Quota over(Quota limit) {
    long most = limit.octets();
    if (most > 0) {
      long share = percent == 0 ? 0 : (long) (most / 100.0 * percent);
      most = QuotaRules.sum(most, QuotaRules.sum(octets, share));
    }
    long count = limit.messages();
    return new Quota(most, count > 0 ? QuotaRules.sum(count, messages) : count);
  }
}
