package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Target;
import org.postroom.core.mail.Recipient;
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
   * @param expanded what it comes to; empty where it was not asked
   */
  record Judged(
      Optional<Decision> decision, Optional<Refusal> refusal, Optional<Expanded> expanded) {}

  /** Whose sender addresses are whose, where users hand in mail (RFC 6409, 6.1). */
  static Optional<Refusal> sender(SmtpSession session, ReversePath sender, Facts facts) {
    if (!session.listening().isSubmission() || sender.isNull()) {
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
      SmtpSession session, ReversePath sender, long size, Recipient recipient, Facts facts) {
    Optional<Refusal> senderRefused = sender(session, sender, facts);
    if (senderRefused.isPresent()) {
      return new Judged(Optional.empty(), senderRefused, Optional.empty());
    }
    Address address = recipient.address();
    Decision decision =
        session.services().policy().relay().judge(context(session, sender, address), facts);
    Optional<Verdict.Reject> refusal = decision.refusal();
    if (refusal.isPresent()) {
      Verdict.Reject reject = refusal.get();
      SmtpReply reply = SmtpReply.of(reject.code(), reject.status(), reject.text());
      String rule = decision.steps().get(decision.steps().size() - 1).rule();
      Refusal refused = new Refusal(reply, rule);
      return new Judged(Optional.of(decision), Optional.of(refused), Optional.empty());
    }
    Expanded expanded = session.services().flow().expand(recipient, facts);
    return new Judged(
        Optional.of(decision), unreachable(session, size, expanded, facts), Optional.of(expanded));
  }

  /** Where nobody is there, or there is no room with anybody. */
  private static Optional<Refusal> unreachable(
      SmtpSession session, long size, Expanded expanded, Facts facts) {
    Address address = expanded.recipient().address();
    Optional<Route.Nowhere> nowhere = expanded.nowhere();
    if (nowhere.isPresent()) {
      Route.Nowhere why = nowhere.get();
      int code = session.services().policy().codeOfUnknown(address);
      String status = code / 100 + why.status().substring(1);
      return refusal(address, code, status, why.text(), UNLISTED);
    }
    if (expanded.targets().stream().allMatch(target -> isFull(session, target, size, facts))) {
      MailboxFull full = MailboxFull.by(session.settings());
      return refusal(address, full.code(), full.status(), full.text(), MailboxFull.RULE);
    }
    return Optional.empty();
  }

  /** Without a size, a mailbox is full when nothing more fits in. */
  private static boolean isFull(SmtpSession session, Target target, long size, Facts facts) {
    if (!(target.route() instanceof Route.ToMailbox mailbox)) {
      return false;
    }
    long room = facts.know(AccountFacts.room(session.services().accounts(), mailbox.account()));
    return room == 0 || size > room;
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
