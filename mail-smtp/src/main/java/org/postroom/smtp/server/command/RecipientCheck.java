package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Target;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Pending;
import org.postroom.core.policy.RestrictionParams;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.Judging;
import org.postroom.smtp.server.MailboxFull;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;

/** Whether mail from a sender to a recipient is taken from this client: functions of facts. */
final class RecipientCheck {
  static final String SENDER_LOGIN = "reject_sender_login_mismatch";

  private RecipientCheck() {}

  /**
   * A refusal.
   *
   * @param rule which rule refuses
   */
  record Refusal(SmtpReply reply, String rule) {}

  /**
   * What came of a recipient.
   *
   * @param decision what policy says; empty where it was not asked
   * @param refusal empty when it is taken
   * @param expanded what it comes to; empty where it was not asked
   */
  record Judged(
      Optional<Decision> decision, Optional<Refusal> refusal, Optional<Expanded> expanded) {

    /** For the record, where a rule was asked. */
    void log(SmtpSession session, Optional<Address> recipient) {
      decision.ifPresent(made -> session.log(made, recipient));
    }

    /** What is left to later lists. */
    Pending pending() {
      return decision.map(Decision::pending).orElse(Pending.NOTHING);
    }
  }

  /** Whose sender addresses are whose, where users hand in mail (RFC 6409, 6.1). */
  private static Optional<Refusal> othersAddress(
      SmtpSession session, ReversePath sender, Facts facts) {
    if (!session.listening().isSubmission()
        || sender.isNull()
        || !session.settings().get(SmtpParams.OWN_SENDERS)) {
      return Optional.empty();
    }
    Account account = session.login().orElseThrow().account();
    Address address = sender.address().orElseThrow();
    if (session.judging().isClients(address, facts)) {
      return Optional.empty();
    }
    String text =
        "<" + address + ">: Sender address rejected: not owned by user " + account.login();
    return Optional.of(new Refusal(SmtpReply.of(553, "5.7.1", text), SENDER_LOGIN));
  }

  /** The first refusal at MAIL: none, where refusals wait for RCPT. */
  static Judged sender(SmtpSession session, ReversePath sender, Facts facts) {
    Decision decision = session.judging().sender(sender, facts);
    Optional<Refusal> refused =
        session.settings().get(RestrictionParams.DELAY_REJECT)
            ? Optional.empty()
            : othersAddress(session, sender, facts);
    return new Judged(Optional.of(decision), refused.or(() -> refusal(decision)), Optional.empty());
  }

  /**
   * The first refusal of: sender, policy, and whether there is room for the mail.
   *
   * @param sender empty where nobody has begun a mail
   * @param size what the mail has, as far as the client has said; 0 where it has not
   */
  static Judged recipient(
      SmtpSession session,
      Optional<ReversePath> sender,
      long size,
      Recipient recipient,
      Facts facts) {
    try {
      return judged(session, sender, size, recipient, facts);
    } catch (LookupUnavailable e) {
      // No answer is not "nobody": whoever sends it tries again.
      String text = "<" + recipient.address() + ">: Temporary lookup failure";
      Refusal refusal =
          new Refusal(SmtpReply.of(451, "4.3.0", text), String.valueOf(e.getMessage()));
      return new Judged(Optional.empty(), Optional.of(refusal), Optional.empty());
    }
  }

  private static Judged judged(
      SmtpSession session,
      Optional<ReversePath> sender,
      long size,
      Recipient recipient,
      Facts facts) {
    Optional<Refusal> senderRefused = sender.flatMap(path -> othersAddress(session, path, facts));
    if (senderRefused.isPresent()) {
      return new Judged(Optional.empty(), senderRefused, Optional.empty());
    }
    Judging.Recipiency recipiency = session.judging().recipient(sender, recipient, facts);
    Decision decision = recipiency.decision();
    Optional<Refusal> refusal =
        refusal(decision)
            .or(() -> recipiency.expanded().flatMap(to -> full(session, size, to, facts)));
    return new Judged(Optional.of(decision), refusal, recipiency.expanded());
  }

  /** What policy refuses. */
  private static Optional<Refusal> refusal(Decision decision) {
    return decision
        .refusal()
        .map(
            reject ->
                new Refusal(
                    SmtpReply.of(reject.code(), reject.status(), reject.text()),
                    decision.lastRule()));
  }

  /** Whether there is no room for the mail with anybody. */
  private static Optional<Refusal> full(
      SmtpSession session, long size, Expanded expanded, Facts facts) {
    if (!expanded.targets().stream().allMatch(target -> isFull(session, target, size, facts))) {
      return Optional.empty();
    }
    MailboxFull full = MailboxFull.by(session.settings());
    String line =
        "<" + expanded.recipient().address() + ">: Recipient address rejected: " + full.text();
    SmtpReply reply = SmtpReply.of(full.code(), full.status(), line);
    return Optional.of(new Refusal(reply, MailboxFull.RULE));
  }

  /** Without a size, a mailbox is full when nothing more fits in. */
  private static boolean isFull(SmtpSession session, Target target, long size, Facts facts) {
    if (!(target.route() instanceof Route.ToMailbox mailbox)) {
      return false;
    }
    long room = facts.know(AccountFacts.room(session.services().accounts(), mailbox.account()));
    return room == 0 || size > room;
  }
}
