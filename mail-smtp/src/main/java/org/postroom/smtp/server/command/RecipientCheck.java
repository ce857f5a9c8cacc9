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

  /** The first refusal of: sender, relay and recipient policy, and whether the recipient exists. */
  static Optional<Refusal> recipient(SmtpSession session, ReversePath sender, Recipient recipient) {
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
    if (session.services().flow().route(address) instanceof Route.Nowhere nowhere) {
      String text = "<" + address + ">: Recipient address rejected: " + nowhere.text();
      return Optional.of(
          new Refusal(SmtpReply.of(nowhere.code(), nowhere.status(), text), UNLISTED));
    }
    return Optional.empty();
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
