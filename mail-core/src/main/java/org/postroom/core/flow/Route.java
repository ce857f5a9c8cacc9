package org.postroom.core.flow;

import org.postroom.core.auth.Account;

/** Where mail for a recipient goes. */
public sealed interface Route {

  /** Into the account's INBOX. */
  record ToMailbox(Account account) implements Route {}

  /**
   * To the next hop.
   *
   * @param transport which one: {@code smtp}, {@code relay} …
   * @param nextHop as the transport understands it
   */
  record Onward(String transport, String nextHop) implements Route {

    /** What mails for this next hop queue behind. */
    public String destination() {
      return transport + ":" + nextHop;
    }
  }

  /** Into nothing, without a word to anybody: an alias says so. */
  record Discarded() implements Route {}

  /**
   * Nowhere: there is no such recipient, or nothing leads there.
   *
   * @param code SMTP reply code, 550 as a rule
   * @param status enhanced status code, such as 5.1.1
   * @param text for the reply and the log, without code and status
   */
  record Nowhere(int code, String status, String text) implements Route {

    /** Nobody has the address. */
    public static Nowhere unknown(String text) {
      return new Nowhere(550, "5.1.1", text);
    }

    /** Whether it is because nobody has the address (RFC 3463, X.1.1). */
    public boolean isUnknown() {
      return status.endsWith(".1.1");
    }
  }
}
