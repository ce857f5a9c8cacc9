package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.fact.Facts;
import org.postroom.core.mail.Recipient;

/**
 * The station that says whom a recipient stands for. A pure function of what is known: SMTP asks it
 * at RCPT and carries the answer, whoever has no RCPT asks it when the mail is there.
 */
public final class Expansion {
  private final Router router;

  /** Routes by {@code router} what recipients come to. */
  public Expansion(Router router) {
    this.router = router;
  }

  /** What each of {@code recipients} comes to, by asking and waiting for all that is wanted. */
  List<Expanded> all(List<Recipient> recipients) {
    return recipients.stream().map(recipient -> expand(recipient, Facts.WAITING)).toList();
  }

  /** What {@code recipient} comes to. */
  public Expanded expand(Recipient recipient, Facts facts) {
    Route route = router.route(recipient.address(), facts);
    return new Expanded(recipient, List.of(new Target(recipient, route)), List.of());
  }
}
