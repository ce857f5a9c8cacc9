package org.postroom.smtp.server;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.flow.Route;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.ClientNames;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.RestrictionParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Verdict;
import org.postroom.smtp.protocol.BadCommand;

/**
 * Whether mail from a sender to a recipient is taken from a client: what the lists say, and what
 * holds beside them. Users send as themselves (RFC 6409, 6.1), a mailbox that is full takes no
 * more, LMTP is the last step of a delivery among servers that know each other (RFC 2033, 1). What
 * it answers are functions of facts, so that a dry run says what a session would.
 */
public final class Admission {
  private static final String SENDER_LOGIN = "reject_sender_login_mismatch";

  private final Listening listening;
  private final Standing standing;
  private final Judging judging;

  Admission(Listening listening, Standing standing, Judging judging) {
    this.listening = listening;
    this.standing = standing;
    this.judging = judging;
  }

  /**
   * What came of a recipient.
   *
   * @param expanded what it comes to; empty where it was not asked
   */
  public record Judged(Decision decision, Optional<Expanded> expanded) {}

  /** Refuses who brings no mail here at all. */
  public void checkClient() {
    client()
        .ifPresent(
            why -> {
              throw new BadCommand(why.code(), why.status(), why.text());
            });
  }

  /**
   * Why the client brings no mail at all, and asks for nobody; empty where it may. A client that is
   * none of ours does so by LMTP only where anybody may.
   */
  Optional<Verdict.Reject> client() {
    if (!listening.isLmtp() || listening.settings().get(SmtpParams.LMTP_STRANGERS)) {
      return Optional.empty();
    }
    try {
      if (isTrusted()) {
        return Optional.empty();
      }
    } catch (LookupUnavailable e) {
      return Optional.of(Verdict.Reject.of(451, ".3.0", "Error: temporary lookup failure"));
    }
    // While nobody knows its name, a list of names may have it all the same.
    int code = isNameKnown() ? 550 : 450;
    String text = "<" + standing.name() + ">: Client host rejected: Access denied";
    return Optional.of(Verdict.Reject.of(code, ".7.1", text));
  }

  private boolean isNameKnown() {
    return standing
        .policyClient()
        .names()
        .atOnce()
        .filter(names -> !names.equals(ClientNames.UNCERTAIN))
        .isPresent();
  }

  private boolean isTrusted() {
    return listening
        .services()
        .policy()
        .mynetworks()
        .contains(
            standing.policyClient().address(),
            () ->
                standing
                    .policyClient()
                    .names()
                    .atOnce()
                    .orElse(ClientNames.UNCERTAIN)
                    .verified()
                    .text());
  }

  /**
   * The first refusal at MAIL: none, where refusals wait for RCPT.
   *
   * @param size what the mail will have, as far as the client has said; else 0
   * @param first who has handed it in first, as the client says; else empty
   */
  public Decision sender(ReversePath sender, long size, String first, Facts facts) {
    Decision decision = judging.sender(sender, size, first, facts);
    return listening.settings().get(RestrictionParams.DELAY_REJECT)
        ? decision
        : othersAddress(sender, facts)
            .map(why -> decision.refusedBy(SmtpParams.OWN_SENDERS.name(), SENDER_LOGIN, why))
            .orElse(decision);
  }

  /**
   * The first refusal of: sender, policy, whether there is room for the mail, and what LMTP is for.
   *
   * @param sender empty where nobody has begun a mail
   * @param size what the mail has, as far as the client has said; 0 where it has not
   */
  public Judged recipient(
      Optional<ReversePath> sender, long size, Recipient recipient, Facts facts) {
    try {
      return judged(sender, size, recipient, facts);
    } catch (LookupUnavailable e) {
      // No answer is not "nobody": whoever sends it tries again.
      String text = "<" + recipient.address() + ">: Temporary lookup failure";
      return refused(
          sender,
          recipient,
          "",
          String.valueOf(e.getMessage()),
          Verdict.Reject.of(451, ".3.0", text));
    }
  }

  private Judged judged(Optional<ReversePath> sender, long size, Recipient recipient, Facts facts) {
    Optional<Verdict.Reject> others = sender.flatMap(path -> othersAddress(path, facts));
    if (others.isPresent()) {
      return refused(sender, recipient, SmtpParams.OWN_SENDERS.name(), SENDER_LOGIN, others.get());
    }
    Judging.Recipiency found = judging.recipient(sender, recipient, facts);
    Decision decision = found.decision();
    if (decision.isPermitted() && found.expanded().isPresent()) {
      Expanded expanded = found.expanded().get();
      Optional<Verdict.Reject> full = full(size, expanded, facts);
      if (full.isPresent()) {
        decision = decision.refusedBy("", MailboxFull.RULE, full.get());
      } else if (isRelayedByLmtp(expanded)) {
        String text = "<" + recipient.address() + ">: Relay access denied";
        String rule = SmtpParams.LMTP_RELAY.name();
        decision = decision.refusedBy(rule, rule, Verdict.Reject.of(550, ".7.1", text));
      }
    }
    return new Judged(decision, found.expanded());
  }

  private Judged refused(
      Optional<ReversePath> sender,
      Recipient recipient,
      String param,
      String rule,
      Verdict.Reject why) {
    Decision unasked = judging.unasked(sender, recipient.address());
    return new Judged(unasked.refusedBy(param, rule, why), Optional.empty());
  }

  /** Whose sender addresses are whose, where users hand in mail (RFC 6409, 6.1). */
  private Optional<Verdict.Reject> othersAddress(ReversePath sender, Facts facts) {
    Optional<Account> account = standing.account();
    if (!listening.isSubmission()
        || sender.isNull()
        || account.isEmpty()
        || !listening.settings().get(SmtpParams.OWN_SENDERS)) {
      return Optional.empty();
    }
    Address address = sender.address().orElseThrow();
    String text =
        "<" + address + ">: Sender address rejected: not owned by user " + account.get().login();
    return judging.isClients(address, facts)
        ? Optional.empty()
        : Optional.of(Verdict.Reject.of(553, ".7.1", text));
  }

  private Optional<Verdict.Reject> full(long size, Expanded expanded, Facts facts) {
    return MailboxFull.by(listening.settings())
        .of(expanded, size, listening.services().accounts(), facts);
  }

  private static boolean isForElsewhere(Route route) {
    return route instanceof Route.Onward onward && onward.leaves() || route instanceof Route.Kept;
  }

  /** Mail for somebody else's mailbox is not delivered but relayed: not by LMTP, unless allowed. */
  private boolean isRelayedByLmtp(Expanded expanded) {
    return listening.isLmtp()
        && !listening.settings().get(SmtpParams.LMTP_RELAY)
        && expanded.targets().stream()
            .anyMatch(
                target ->
                    isForElsewhere(target.route())
                        && target.recipient().address().equals(expanded.recipient().address()));
  }
}
