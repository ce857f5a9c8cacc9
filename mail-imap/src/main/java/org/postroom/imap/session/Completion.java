package org.postroom.imap.session;

/**
 * How a command ended.
 *
 * @param condition OK, NO or BAD; empty when the tagged line comes later
 * @param code the response code without brackets, or empty
 * @param then what the session does once it was said
 */
public record Completion(String condition, String code, String text, Then then) {

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
