package org.postroom.smtp.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Recipient;
import org.postroom.core.part.DryRun;
import org.postroom.core.policy.ClientNames;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.core.policy.Occasion;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.wire.TlsSession;
import org.postroom.smtp.protocol.MailParameters;

/**
 * A session that takes place in thought only: the same judging as in a real one, by what a client
 * would say. Nothing is counted, logged or kept here; whoever is asked elsewhere, as a policy
 * server is, may keep that he was. Limits, and what a command needs before it (TLS, a log-in), are
 * no part of it.
 */
public final class Rehearsal implements Standing {
  /** What a client with TLS agrees on as a rule. */
  private static final TlsSession USUAL_TLS =
      new TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, List.of());

  private final Listening listening;
  private final DryRun.Asked asked;
  private final PolicyContext.Client client;
  private final Judging judging;
  private final Admission admission;
  private final List<DryRun.Step> steps = new ArrayList<>();
  private String stage = "CONNECT";
  private @Nullable String helo;
  private @Nullable Transaction transaction;

  /** Of one client's mail at a listener. */
  public Rehearsal(Listening listening, DryRun.Asked asked) {
    this.listening = listening;
    this.asked = asked;
    this.client =
        new PolicyContext.Client(
            asked.client(),
            ClientName.of(asked.client(), listening),
            asked.login().map(Account::login),
            asked.secure(),
            false);
    this.judging = new Judging(listening.services(), this);
    this.admission = new Admission(listening, this, judging);
  }

  /** Goes through it; waits for what has to be asked. */
  public DryRun run() {
    if (connects() && greets()) {
      begins().ifPresent(begun -> asked.recipients().forEach(to -> names(begun, to)));
    }
    return new DryRun(steps);
  }

  private boolean connects() {
    if (!judging.isConcernedAt(Moment.CONNECT)) {
      return true;
    }
    Decision decision = found(new Notes(), judging::client);
    judging.connected(decision);
    return keep(decision);
  }

  private boolean greets() {
    if (asked.helo().isEmpty()) {
      return true;
    }
    String name = asked.helo().get();
    stage = "EHLO";
    if (judging.isConcernedAt(Moment.HELO)) {
      Decision decision = found(new Notes(), facts -> judging.helo(name, facts));
      judging.greeted(decision);
      if (!keep(decision)) {
        return false;
      }
    }
    helo = name;
    return true;
  }

  private Optional<Transaction> begins() {
    stage = "MAIL";
    Notes notes = new Notes();
    Decision judged =
        found(notes, facts -> admission.sender(asked.sender(), asked.size(), "", facts));
    Decision decision =
        admission
            .client()
            .map(why -> judged.refusedBy("", SmtpParams.LMTP_STRANGERS.name(), why))
            .orElse(judged);
    Transaction begun =
        new Transaction(
            asked.sender(), MailParameters.NONE, Optional.empty(), notes, decision.pending());
    transaction = begun;
    return keep(decision) ? Optional.of(begun) : Optional.empty();
  }

  private void names(Transaction begun, Address address) {
    stage = "RCPT";
    Admission.Judged judged =
        found(
            begun.notes(),
            facts ->
                admission.recipient(
                    Optional.of(asked.sender()), asked.size(), Recipient.of(address), facts));
    steps.add(new DryRun.Step(judged.decision(), judged.expanded()));
    if (judged.decision().isPermitted()) {
      judged.expanded().ifPresent(begun::add);
      begun.left(judged.decision().pending());
    }
  }

  private boolean keep(Decision decision) {
    steps.add(new DryRun.Step(decision, Optional.empty()));
    return decision.isPermitted();
  }

  private <R> R found(Notes notes, Function<Facts, R> question) {
    try {
      return listening.services().inquiry().pursue(notes, question).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw Inquiry.unchecked(e);
    }
  }

  @Override
  public PolicyContext.Client policyClient() {
    return client;
  }

  @Override
  public String name() {
    String known = client.names().atOnce().orElse(ClientNames.UNCERTAIN).verified().text();
    return MailLog.client(known, client.address());
  }

  @Override
  public Occasion occasion() {
    return new Occasion(
        stage,
        listening.isLmtp() ? "LMTP" : "ESMTP",
        Optional.empty(),
        Optional.empty(),
        "",
        "",
        asked.size(),
        "",
        "",
        asked.secure() ? Optional.of(USUAL_TLS) : Optional.empty(),
        false);
  }

  @Override
  public Optional<String> helo() {
    return Optional.ofNullable(helo);
  }

  @Override
  public Optional<Account> account() {
    return asked.login();
  }

  @Override
  public Optional<Transaction> transaction() {
    return Optional.ofNullable(transaction);
  }
}
