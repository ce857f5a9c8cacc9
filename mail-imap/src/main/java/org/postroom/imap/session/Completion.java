package org.postroom.imap.session;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Saying;

/**
 * How a command ended.
 *
 * @param condition OK, NO or BAD; empty when the tagged line comes later, or when something else is
 *     said before
 * @param code the response code without brackets, or empty
 * @param then what the session does once it was said
 * @param rest what is said before; null for nothing
 */
public record Completion(
    String condition, String code, String text, Then then, @Nullable Rest rest) {

  /** What is said, and how the command ends then. */
  record Rest(Saying saying, Supplier<Completion> end) {}

  Completion(String condition, String code, String text, Then then) {
    this(condition, code, text, then, null);
  }

  /** What follows the tagged line. */
  public enum Then {
    GO_ON,
    CLOSE,
    START_TLS
  }

  public static Completion ok(String text) {
    return ok("", text);
  }

  public static Completion ok(String code, String text) {
    return new Completion("OK", code, text, Then.GO_ON);
  }

  public static Completion no(String code, String text) {
    return new Completion("NO", code, text, Then.GO_ON);
  }

  public static Completion bad(String text) {
    return new Completion("BAD", "", text, Then.GO_ON);
  }

  /** First this is said, as the client reads it; the command ends as {@code end} finds then. */
  public static Completion saying(Saying saying, Supplier<Completion> end) {
    return new Completion("", "", "", Then.GO_ON, new Rest(saying, end));
  }

  /** The same with an end that is known. */
  public static Completion saying(Saying saying, Completion end) {
    return saying(saying, () -> end);
  }

  /** The command goes on: a conversation will end it, or a log-in. */
  public static Completion later() {
    return new Completion("", "", "", Then.GO_ON);
  }

  public Completion then(Then next) {
    return new Completion(condition, code, text, next);
  }

  boolean isLater() {
    return condition.isEmpty();
  }
}
