package org.postroom.smtp.server;

import java.util.List;
import java.util.Optional;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.flow.Route;
import org.postroom.core.queue.Acceptance;
import org.postroom.smtp.protocol.SmtpReply;

/** LMTP's answers to one mail (RFC 2033, 4.2): what became of it, for each recipient. */
final class EachAnswer {
  private final Reception reception;
  private final MailboxFull full;
  private final SmtpReply whole;

  /**
   * To one mail.
   *
   * @param full what is said of a mailbox without room
   * @param whole what an only answer would be
   */
  EachAnswer(Reception reception, MailboxFull full, SmtpReply whole) {
    this.reception = reception;
    this.full = full;
    this.whole = whole;
  }

  /** What is said of one recipient. */
  SmtpReply to(Expanded recipient) {
    if (reception.accepted().isEmpty()) {
      return whole;
    }
    List<Acceptance> made = reception.accepted();
    String who = "<" + recipient.recipient().address() + "> ";
    return refusal(made, recipient)
        .map(
            refused ->
                refused.full()
                    ? reception.refuse(
                        full.code(), full.status(), who + full.text(), MailboxFull.RULE)
                    : reception.refuse(550, "5.1.1", who + "User unknown", "mailbox is gone"))
        .orElseGet(
            () -> SmtpReply.of(250, "2.1.5", who + "Ok: queued as " + made.get(0).mail().id()));
  }

  /**
   * Why none of those has it that a recipient stands for. A copy that is kept elsewhere is never
   * refused, also where that account is a recipient itself and is full.
   */
  private static Optional<Acceptance.Refused> refusal(List<Acceptance> made, Expanded recipient) {
    List<Optional<Acceptance.Refused>> each =
        recipient.targets().stream()
            .map(
                target ->
                    target.route() instanceof Route.ToMailbox mailbox
                        ? made.stream()
                            .flatMap(
                                one ->
                                    one.refusal(mailbox.account().id(), mailbox.mailbox()).stream())
                            .findFirst()
                        : Optional.<Acceptance.Refused>empty())
            .toList();
    return each.stream().allMatch(Optional::isPresent) ? each.get(0) : Optional.empty();
  }
}
