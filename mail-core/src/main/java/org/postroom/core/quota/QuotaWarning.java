package org.postroom.core.quota;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Quota;

/**
 * When the owner of an account is told how full it is: once what it holds goes over some part of
 * what it may hold, or, where it is so wished, comes below it again.
 *
 * @param falling whether it is about the way down
 * @param messages whether messages are counted, and not octets
 * @param percent whether the amount is hundredths of the limit
 * @param amount the mark
 */
public record QuotaWarning(boolean falling, boolean messages, boolean percent, long amount) {
  static final String FORM =
      "a mark such as storage=80%, messages=90% or storage=900M; -storage=100% is for the way down";

  private static final Pattern MARK =
      Pattern.compile("(-?)(storage|bytes|messages)=([0-9]{1,15})([bBkKmMgGtT%]?)%?");

  /**
   * Reads one, as Dovecot 2.3 has it: the first word is the mark, and what follows is a service of
   * Dovecot's with its arguments, which is not asked. Empty where there is none.
   *
   * @throws BadValue when it is none
   */
  static Optional<QuotaWarning> parse(String text) {
    String plain = text.strip();
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    Matcher mark = MARK.matcher(plain.split("\\s+", 2)[0]);
    if (!mark.matches()) {
      throw new BadValue("");
    }
    boolean percent = mark.group(4).equals("%");
    boolean messages = mark.group(2).equals("messages");
    String unit = mark.group(4).toLowerCase(Locale.ROOT);
    long amount;
    if (percent) {
      amount = Long.parseLong(mark.group(3));
    } else if (mark.group(2).equals("storage")) {
      amount = QuotaText.octets(mark.group(3), unit.isEmpty() ? "k" : unit);
    } else if (unit.isEmpty()) {
      amount = Long.parseLong(mark.group(3));
    } else {
      throw new BadValue("");
    }
    if (amount == 0 || percent && amount > 1000) {
      throw new BadValue("");
    }
    return Optional.of(new QuotaWarning(!mark.group(1).isEmpty(), messages, percent, amount));
  }

  /** Whether it is passed on the way from one use to the other. */
  boolean isPassed(QuotaUse before, QuotaUse after) {
    return falling ? isOver(before) && !isOver(after) : !isOver(before) && isOver(after);
  }

  private boolean isOver(QuotaUse use) {
    long limit = messages ? use.limit().messages() : use.limit().octets();
    long held = messages ? use.messages() : use.octets();
    if (!percent) {
      return held >= amount;
    }
    return limit != Quota.UNLIMITED && limit > 0 && held * 100.0 / limit >= amount;
  }

  /** As it is written. */
  @Override
  public String toString() {
    return (falling ? "-" : "")
        + (messages ? "messages=" : percent ? "storage=" : "bytes=")
        + amount
        + (percent ? "%" : "");
  }
}
