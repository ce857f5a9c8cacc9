package org.postroom.dist.applet.doveadm;

import java.util.regex.Pattern;

/** Names that are meant by a mask: {@code *} stands for anything, {@code ?} for one sign. */
final class Mask {
  private final Pattern pattern;

  private Mask(String regex) {
    this.pattern = Pattern.compile(regex, Pattern.DOTALL);
  }

  /** Of users: {@code *} and {@code ?}. */
  static Mask ofUsers(String text) {
    return of(text, "?", ".");
  }

  /** Of mailboxes: {@code *}, and {@code %} for what is within a level. */
  static Mask ofMailboxes(String text) {
    return of(text.equalsIgnoreCase("INBOX") ? "INBOX" : text, "%", "[^/]*");
  }

  private static Mask of(String text, String other, String meaning) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      String sign = text.substring(i, i + 1);
      regex.append(sign.equals("*") ? ".*" : sign.equals(other) ? meaning : Pattern.quote(sign));
    }
    return new Mask(regex.toString());
  }

  /** Whether a text is one at all, and no mailbox's name. */
  static boolean isOneOfMailboxes(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('%') >= 0;
  }

  /** The same of users. */
  static boolean isOne(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }

  boolean fits(String name) {
    return pattern.matcher(name).matches();
  }
}
