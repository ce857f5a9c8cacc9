package org.postroom.dist.program;

import java.util.Locale;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;

/**
 * Who brought a mail, as programs hear it. What is not known is empty.
 *
 * @param protocol {@code SMTP} or {@code ESMTP}
 * @param login who has logged in
 */
record BroughtBy(String address, String name, String helo, String protocol, String login) {
  private static final BroughtBy NOBODY = new BroughtBy("", "", "", "", "");

  static BroughtBy of(QueuedMail mail) {
    return mail.origin().map(BroughtBy::of).orElse(NOBODY);
  }

  /** The queue has the words of the Received header (RFC 3848): S is for TLS, A for a log-in. */
  private static BroughtBy of(CameFrom from) {
    String word = from.protocol().toUpperCase(Locale.ROOT);
    boolean smtp = word.contains("SMTP");
    boolean extended = word.startsWith("E") || word.startsWith("UTF8");
    return new BroughtBy(
        from.address(),
        from.name(),
        from.helo(),
        smtp ? (extended ? "ESMTP" : "SMTP") : from.protocol(),
        smtp && word.endsWith("A") ? from.submitter().orElse("") : "");
  }
}
