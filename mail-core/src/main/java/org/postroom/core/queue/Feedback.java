package org.postroom.core.queue;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * By how much one attempt opens or closes a destination's {@link Window}: a number, or one divided
 * by the window's size or its square root, so that it takes a window's worth of attempts to move it
 * by one. As Postfix writes it: {@code 1}, {@code 0.5}, {@code 1/8}, {@code 1/concurrency}, {@code
 * 1/sqrt_concurrency}.
 *
 * @param base from 0 to 1
 */
record Feedback(double base, Divisor divisor) {
  /** What a value must be, to follow the word "expected". */
  static final String EXPECTED =
      "a number from 0 to 1, or one divided by a number, by concurrency or by sqrt_concurrency";

  private static final String NUMBER = "[0-9]{1,9}(?:\\.[0-9]{0,40})?";
  private static final Pattern FORM =
      Pattern.compile("(" + NUMBER + ")\\s*(?:/\\s*(" + NUMBER + "|[a-z_]+))?");

  /** What the number is divided by. */
  enum Divisor {
    ONE,
    CONCURRENCY,
    SQRT_CONCURRENCY
  }

  Feedback {
    if (!(base >= 0 && base <= 1)) {
      throw new BadValue("");
    }
  }

  static Feedback parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new BadValue("");
    }
    double base = Double.parseDouble(form.group(1));
    String below = form.group(2);
    if (below == null) {
      return new Feedback(base, Divisor.ONE);
    }
    if (Character.isDigit(below.charAt(0))) {
      return new Feedback(base / Double.parseDouble(below), Divisor.ONE); // by 0 is out of range
    }
    for (Divisor divisor : Divisor.values()) {
      if (divisor != Divisor.ONE && divisor.name().toLowerCase(Locale.ROOT).equals(below)) {
        return new Feedback(base, divisor);
      }
    }
    throw new BadValue("");
  }

  /** For a window of this size. */
  double at(int window) {
    return switch (divisor) {
      case ONE -> base;
      case CONCURRENCY -> base / window;
      case SQRT_CONCURRENCY -> base / Math.sqrt(window);
    };
  }

  /** Reads back as the same. */
  @Override
  public String toString() {
    String number = BigDecimal.valueOf(base).toPlainString();
    return divisor == Divisor.ONE ? number : number + "/" + divisor.name().toLowerCase(Locale.ROOT);
  }
}
