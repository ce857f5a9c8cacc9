package org.postroom.smtp.server;

import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Directory;
import org.postroom.core.policy.Judge;
import org.postroom.core.policy.Moment;
import org.postroom.core.policy.Pending;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.policy.SenderLogins;
import org.postroom.core.policy.Sources;
import org.postroom.core.restriction.Verdict;
import org.postroom.smtp.protocol.SmtpReply;

/**
 * Policy in one session: tells the judge what the client has said so far, and keeps what one
 * command's lists leave to those of the next. What it answers are functions of facts.
 */
public final class Judging {
  private final Services services;
  private final Standing standing;
  private final Judge judge;
  private Pending connected = Pending.NOTHING;
  private Pending greeted = Pending.NOTHING;

  Judging(Services services, Standing standing) {
    this.services = services;
    this.standing = standing;
    this.judge = services.policy().judge();
  }

  /** Whether there is anything to judge at this moment. */
  public boolean isConcernedAt(Moment moment) {
    return judge.isConcernedAt(moment);
  }

  /** Whether the client may be here. */
  Decision client(Facts facts) {
    return judge.judge(Moment.CONNECT, context(Optional.empty()), Pending.NOTHING, facts);
  }

  /** The client may. */
  void connected(Decision decision) {
    connected = decision.pending();
    greeted = connected;
  }

  /** Whether the client may call itself so. */
  public Decision helo(String name, Facts facts) {
    return judge.judge(Moment.HELO, context(Optional.of(name)), connected, facts);
  }

  /** The client may. */
  public void greeted(Decision decision) {
    greeted = decision.pending();
  }

  /**
   * Whether mail from this sender may begin.
   *
   * @param size what it will have, as far as the client has said; else 0
   * @param first who has handed it in first, as the client says; else empty
   */
  Decision sender(ReversePath sender, long size, String first, Facts facts) {
    PolicyContext begins = context().from(sender).on(() -> standing.occasion().ofMail(size, first));
    return judge.judge(Moment.MAIL, begins, greeted, facts);
  }

  /**
   * Whether mail for a recipient may come, and whom it would come to.
   *
   * @param expanded empty where it may not
   */
  record Recipiency(Decision decision, Optional<Expanded> expanded) {}

  /**
   * Whether mail for this recipient may come. What it comes to is found out once, for the lists and
   * for the mail's way.
   *
   * @param sender empty where nobody has begun a mail
   */
  Recipiency recipient(Optional<ReversePath> sender, Recipient recipient, Facts facts) {
    SessionsDirectory directory =
        new SessionsDirectory(sender.orElse(ReversePath.NULL), Optional.of(recipient));
    PolicyContext begun = context(standing.helo(), directory);
    Decision decision =
        judge.judge(
            Moment.RECIPIENT,
            sender
                .map(begun::from)
                .orElse(begun)
                .to(recipient.address())
                .having(1 + standing.transaction().map(Transaction::count).orElse(0)),
            standing.transaction().map(Transaction::pending).orElse(greeted),
            facts);
    return new Recipiency(
        decision,
        decision.refusal().isPresent()
            ? Optional.empty()
            : Optional.of(directory.expanded(recipient.address(), facts)));
  }

  /** Of a recipient for whom no list is asked. */
  Decision unasked(Optional<ReversePath> sender, Address recipient) {
    PolicyContext begun = context();
    return Decision.unasked(Moment.RECIPIENT, sender.map(begun::from).orElse(begun).to(recipient));
  }

  /** Whether the client has logged in as one who may send as this address. */
  boolean isClients(Address sender, Facts facts) {
    return new SessionsDirectory().isClients(sender, facts);
  }

  /** Whether the content of this mail may come, or may stay: DATA or END_OF_DATA. */
  public Decision content(Moment moment, Transaction transaction, Facts facts) {
    PolicyContext context = context().from(transaction.sender()).having(transaction.count());
    return judge.judge(
        moment,
        transaction.count() == 1
            ? context.to(transaction.recipients().get(0).recipient().address())
            : context,
        transaction.pending(),
        facts);
  }

  /** What a client hears of a decision that is no. */
  public static Optional<SmtpReply> refusal(Decision decision) {
    return decision
        .refusal()
        .map(refusal -> SmtpReply.of(refusal.code(), refusal.status(), refusal.text()));
  }

  /**
   * For the record of why mail was taken or refused.
   *
   * @param session by whose name it is kept
   * @param expanded whom a recipient comes to
   * @param log is given what the administrator wants to read of it: what it is, and its text
   */
  void keep(
      String session,
      Decision decision,
      Optional<Expanded> expanded,
      BiConsumer<String, String> log) {
    if (decision.steps().isEmpty() && expanded.isEmpty()) {
      return;
    }
    services
        .decisions()
        .keep(
            new RecentDecisions.Entry(
                services.clock().instant(),
                session,
                services.generation(),
                standing.transaction().flatMap(Transaction::id),
                decision,
                expanded));
    decision.warnings().forEach(reply -> log.accept("reject_warning", reply.toString()));
    decision.treatments().forEach(treat -> log.accept(treat.how().logName(), treat.said()));
  }

  private PolicyContext context() {
    return context(standing.helo());
  }

  private PolicyContext context(Optional<String> helo) {
    return context(helo, new SessionsDirectory());
  }

  private PolicyContext context(Optional<String> helo, Directory directory) {
    Sources sources =
        new Sources(services.resolver(), directory, services.servers(), services.timers());
    return PolicyContext.of(standing.policyClient(), sources).hailedAs(helo).on(standing::occasion);
  }

  /**
   * What routes and accounts say, for one run over the lists: it is his address who gets its mail,
   * unless tables say whose it is.
   */
  private final class SessionsDirectory implements Directory {
    private final ReversePath from;
    private final Optional<Recipient> named;
    private @Nullable Expanded last;

    /** For mail of which nothing is known yet. */
    SessionsDirectory() {
      this(ReversePath.NULL, Optional.empty());
    }

    /** For mail to somebody, as the client has named him. */
    SessionsDirectory(ReversePath from, Optional<Recipient> named) {
      this.from = from;
      this.named = named;
    }

    @Override
    public Optional<Verdict.Reject> unlisted(Address address, Facts facts) {
      return expanded(address, facts).refusal(services.policy());
    }

    @Override
    public boolean isOwned(Address sender, Facts facts) {
      if (logins().isGiven()) {
        return owners(sender, facts).isPresent();
      }
      return services.flow().isOwned(sender, facts);
    }

    private Expanded expanded(Address address, Facts facts) {
      if (last == null || !last.recipient().address().equals(address)) {
        boolean isNamed = named.isPresent() && named.get().address().equals(address);
        Recipient asked = isNamed ? named.get() : Recipient.of(address);
        last = services.flow().expansion().expand(from, asked, facts);
      }
      return last;
    }

    @Override
    public boolean isClients(Address sender, Facts facts) {
      Optional<Account> account = standing.account();
      if (account.isEmpty()) {
        return false;
      }
      return logins().isGiven()
          ? owners(sender, facts).filter(them -> them.contains(account.get().login())).isPresent()
          : services.flow().owns(account.get(), sender, facts);
    }

    private SenderLogins logins() {
      return services.policy().senderLogins();
    }

    private Optional<Set<String>> owners(Address sender, Facts facts) {
      boolean ours = services.policy().isUnderOurName(sender.domain());
      return logins().owners(sender, ours, facts);
    }
  }
}
