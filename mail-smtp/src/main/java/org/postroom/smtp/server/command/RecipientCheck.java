package org.postroom.smtp.server.command;

import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.flow.Route;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.policy.RecentDecisions;
import org.postroom.core.policy.Verdict;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.MailboxFull;
import org.postroom.smtp.server.SmtpSession;

/** Whether mail from a sender to a recipient is taken from this client. */
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

  /** Whose sender addresses are whose, where users hand in mail (RFC 6409, 6.1). */
  static Optional<SmtpReply> sender(SmtpSession session, ReversePath sender) {
    if (!session.listening().role().isSubmission() || sender.isNull()) {
      return Optional.empty();
    }
    Account account = session.login().orElseThrow().account();
    Address address = sender.address().orElseThrow();
    if (session.services().accounts().owns(account, address)) {
      return Optional.empty();
    }
    return Optional.of(
        SmtpReply.of(
            553,
            "5.7.1",
            "<" + address + ">: Sender address rejected: not owned by user " + account.login()));
  }

  /** Whether {@link #sender} would answer without waiting. */
  static boolean judgesAtOnce(SmtpSession session, ReversePath sender) {
    return !session.listening().role().isSubmission()
        || sender.address().map(session.services().accounts()::remembers).orElse(true);
  }

  /** Whether the store has to be asked how full the recipient's mailbox is. */
  static boolean asksForRoom(SmtpSession session, Address address) {
    return session.services().flow().route(address) instanceof Route.ToMailbox mailbox
        && mailbox.account().quotaOctets() > 0;
  }

  /**
   * The first refusal of: sender, relay and recipient policy, whether the recipient exists, and
   * whether there is room for the mail.
   *
   * @param size what the mail has, as far as the client has said; 0 where it has not
   */
  static Optional<Refusal> recipient(
      SmtpSession session, ReversePath sender, long size, Recipient recipient) {
    Optional<SmtpReply> senderRefused = sender(session, sender);
    if (senderRefused.isPresent()) {
      return Optional.of(new Refusal(senderRefused.get(), SENDER_LOGIN));
    }
    Address address = recipient.address();
    Decision decision =
        session.services().policy().relay().judge(context(session, sender, address));
    session
        .services()
        .decisions()
        .keep(
            new RecentDecisions.Entry(
                session.services().clock().instant(), session.connection().id(), decision));
    Optional<Verdict.Reject> refusal = decision.refusal();
    if (refusal.isPresent()) {
      Verdict.Reject reject = refusal.get();
      SmtpReply reply = SmtpReply.of(reject.code(), reject.status(), reject.text());
      List<Decision.Step> steps = decision.steps();
      return Optional.of(new Refusal(reply, steps.get(steps.size() - 1).rule()));
    }
    Route route = session.services().flow().route(address);
    if (route instanceof Route.Nowhere nowhere) {
      return refusal(address, nowhere.code(), nowhere.status(), nowhere.text(), UNLISTED);
    }
    if (route instanceof Route.ToMailbox mailbox && isFull(session, mailbox.account(), size)) {
      MailboxFull full = MailboxFull.by(session.settings());
      return refusal(address, full.code(), full.status(), full.text(), MailboxFull.RULE);
    }
    return Optional.empty();
  }

  /** Without a size, a mailbox is full when nothing more fits in. */
  private static boolean isFull(SmtpSession session, Account account, long size) {
    if (account.quotaOctets() == 0) {
      return false;
    }
    long room = session.services().accounts().room(account);
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
        session.knownName(),
        session.login().map(login -> login.account().login()),
        sender,
        Optional.of(address));
  }
}
