package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Route;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.policy.Verdict;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.MailboxFull;
import org.postroom.smtp.server.SmtpSession;

/** Whether mail from a sender to a recipient is taken from this client: functions of facts. */
final class RecipientCheck {
  static final String SENDER_LOGIN = "reject_sender_login_mismatch";
  private static final String UNLISTED = "smtpd_reject_unlisted_recipient";

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
   */
  record Judged(Optional<Decision> decision, Optional<Refusal> refusal) {}

  /** Whose sender addresses are whose, where users hand in mail (RFC 6409, 6.1). */
  static Optional<Refusal> sender(SmtpSession session, ReversePath sender, Facts facts) {
    if (!session.listening().role().isSubmission() || sender.isNull()) {
      return Optional.empty();
    }
    Account account = session.login().orElseThrow().account();
    Address address = sender.address().orElseThrow();
    if (session.services().flow().owns(account, address, facts)) {
      return Optional.empty();
    }
    String text =
        "<" + address + ">: Sender address rejected: not owned by user " + account.login();
    return Optional.of(new Refusal(SmtpReply.of(553, "5.7.1", text), SENDER_LOGIN));
  }

  /**
   * The first refusal of: sender, relay and recipient policy, whether the recipient exists, and
   * whether there is room for the mail.
   *
   * @param size what the mail has, as far as the client has said; 0 where it has not
   */
  static Judged recipient(
      SmtpSession session, ReversePath sender, long size, Address address, Facts facts) {
    Optional<Refusal> senderRefused = sender(session, sender, facts);
    if (senderRefused.isPresent()) {
      return new Judged(Optional.empty(), senderRefused);
    }
    Decision decision =
        session.services().policy().relay().judge(context(session, sender, address), facts);
    Optional<Verdict.Reject> refusal = decision.refusal();
    if (refusal.isPresent()) {
      Verdict.Reject reject = refusal.get();
      SmtpReply reply = SmtpReply.of(reject.code(), reject.status(), reject.text());
      String rule = decision.steps().get(decision.steps().size() - 1).rule();
      return new Judged(Optional.of(decision), Optional.of(new Refusal(reply, rule)));
    }
    return new Judged(Optional.of(decision), reachable(session, size, address, facts));
  }

  /** Whether the recipient exists, and whether there is room for the mail. */
  private static Optional<Refusal> reachable(
      SmtpSession session, long size, Address address, Facts facts) {
    Route route = session.services().flow().route(address, facts);
    if (route instanceof Route.Nowhere nowhere) {
      return refusal(address, nowhere.code(), nowhere.status(), nowhere.text(), UNLISTED);
    }
    if (route instanceof Route.ToMailbox mailbox) {
      long room = facts.know(AccountFacts.room(session.services().accounts(), mailbox.account()));
      // Without a size, a mailbox is full when nothing more fits in.
      if (room == 0 || size > room) {
        MailboxFull full = MailboxFull.by(session.settings());
        return refusal(address, full.code(), full.status(), full.text(), MailboxFull.RULE);
      }
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refusal(
      Address address, int code, String status, String text, String rule) {
    String line = "<" + address + ">: Recipient address rejected: " + text;
    return Optional.of(new Refusal(SmtpReply.of(code, status, line), rule));
  }

  private static PolicyContext context(SmtpSession session, ReversePath sender, Address address) {
    return new PolicyContext(
        session.connection().remote().getAddress(),
        session.clientName(),
        session.login().map(login -> login.account().login()),
        sender,
        Optional.of(address));
  }
}
