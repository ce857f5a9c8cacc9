package org.postroom.imap.command.list;

import org.postroom.core.mailbox.MailboxName;

/**
 * LIST's patterns (RFC 9051, 6.3.9): {@code *} matches anything, {@code %} anything but the
 * separator. Two remembered places instead of backtracking: the cost is bounded by the product of
 * both lengths, whatever the pattern.
 */
final class Glob {
  private static final char SEPARATOR = MailboxName.SEPARATOR;

  private final String pattern;

  Glob(String pattern) {
    // INBOX is INBOX in any case, also with wildcards in it; the rest is compared as it is.
    this.pattern = pattern;
  }

  boolean matches(String name) {
    boolean inbox = name.equals("INBOX") || name.startsWith("INBOX/");
    int p = 0;
    int n = 0;
    int starP = -1;
    int starN = 0;
    int percentP = -1;
    int percentN = 0;
    while (true) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        starP = ++p;
        starN = n;
        percentP = -1;
      } else if (p < pattern.length() && pattern.charAt(p) == '%') {
        percentP = ++p;
        percentN = n;
      } else if (n < name.length() && p < pattern.length() && same(p, name, n, inbox)) {
        p++;
        n++;
      } else if (n == name.length() && p == pattern.length()) {
        return true;
      } else if (percentP >= 0 && percentN < name.length() && name.charAt(percentN) != SEPARATOR) {
        n = ++percentN;
        p = percentP;
      } else if (starP >= 0 && starN < name.length()) {
        n = ++starN;
        p = starP;
        percentP = -1;
      } else {
        return false;
      }
    }
  }

  private boolean same(int p, String name, int n, boolean inbox) {
    char a = pattern.charAt(p);
    char b = name.charAt(n);
    return a == b || inbox && n < 5 && Character.toUpperCase(a) == b;
  }

  boolean endsWithPercent() {
    return pattern.endsWith("%");
  }
}
