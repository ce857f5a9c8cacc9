package org.postroom.imap.session;

import java.time.Duration;

/**
 * How a command ended.
 *
 * @param condition OK, NO or BAD; empty when the tagged line comes later, from a {@link
 *     Conversation}
 * @param code the response code without brackets, or empty
 * @param delay how long the client waits for it
 * @param then what the session does once it was said
 */
public record Completion(String condition, String code, String text, Duration delay, Then then) {

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
    return new Completion("OK", code, text, Duration.ZERO, Then.GO_ON);
  }

  public static Completion no(String code, String text) {
    return new Completion("NO", code, text, Duration.ZERO, Then.GO_ON);
  }

  public static Completion bad(String text) {
    return new Completion("BAD", "", text, Duration.ZERO, Then.GO_ON);
  }

  /** The command goes on: a conversation will end it. */
  public static Completion later() {
    return new Completion("", "", "", Duration.ZERO, Then.GO_ON);
  }

  public Completion after(Duration wait) {
    return new Completion(condition, code, text, wait, then);
  }

  public Completion then(Then next) {
    return new Completion(condition, code, text, delay, next);
  }

  boolean isLater() {
    return condition.isEmpty();
  }
}
