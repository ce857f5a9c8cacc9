package org.postroom.dist.program;

import java.util.Locale;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;

/**
 * Who brought a mail, as programs hear it. What is not known is empty.
 *
 * @param protocol {@code SMTP} or {@code ESMTP}
 * @param login who has logged in
 * @param method by which mechanism
 * @param sender who has handed the mail in first, as the client says
 */
record BroughtBy(
    String address,
    String port,
    String name,
    String helo,
    String protocol,
    String login,
    String method,
    String sender) {
  private static final BroughtBy NOBODY = new BroughtBy("", "", "", "", "", "", "", "");

  static BroughtBy of(QueuedMail mail) {
    return mail.origin().map(BroughtBy::of).orElse(NOBODY);
  }

  /** The queue has the words of the Received header (RFC 3848): A is for a log-in. */
  private static BroughtBy of(CameFrom from) {
    String word = from.protocol().toUpperCase(Locale.ROOT);
    boolean hasLoggedIn = word.contains("MTP") && word.endsWith("A");
    return new BroughtBy(
        from.address(),
        from.port().map(String::valueOf).orElse(""),
        from.name(),
        from.helo(),
        from.plainProtocol(),
        hasLoggedIn ? from.submitter().orElse("") : "",
        from.saslMethod().orElse(""),
        from.saslSender().orElse(""));
  }
}
