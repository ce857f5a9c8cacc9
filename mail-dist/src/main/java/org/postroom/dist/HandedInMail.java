package org.postroom.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.Submission;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Handover;
import org.postroom.core.flow.Intake;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Verdict;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Submitted.Outcome;
import org.postroom.dist.submit.Whom;
import org.postroom.smtp.protocol.MessageLines;

/** One mail that is handed in, from its recipients to what has become of it. */
final class HandedInMail {
  private static final int CHUNK = 16 * 1024;

  private final Premises premises;
  private final Generation generation;
  private final MailFlow flow;
  private final MailLog log;
  private final Envelope envelope;
  private final Whom whom;
  private final OsUser user;
  private final Submission.Client here;
  private final HandedInLimit limit;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<Address, Expanded> taken = new LinkedHashMap<>();

  /**
   * One.
   *
   * @param generation by which it goes
   * @param flow its way, as that generation has it
   * @param whom who is to get it where some cannot
   * @param user who hands it in
   * @param traceparent the trace that it is part of
   */
  HandedInMail(
      Premises premises,
      Generation generation,
      MailFlow flow,
      MailLog log,
      Envelope envelope,
      Whom whom,
      OsUser user,
      Optional<String> traceparent,
      HandedInLimit limit) {
    this.premises = premises;
    this.generation = generation;
    this.flow = flow;
    this.log = log;
    this.envelope = complete(envelope);
    this.whom = whom;
    this.user = user;
    this.here = Submission.Client.ofThisMachine(user.name(), traceparent);
    this.limit = limit;
  }

  /** Nobody asks an application for SMTPUTF8 (RFC 6531): where its addresses need it, it is so. */
  private static Envelope complete(Envelope envelope) {
    boolean ascii =
        envelope.sender().address().map(address -> address.isAscii()).orElse(true)
            && envelope.recipients().stream().allMatch(one -> one.address().isAscii());
    return new Envelope(
        envelope.sender(),
        envelope.recipients(),
        envelope.body(),
        envelope.smtpUtf8() || !ascii,
        envelope.envelopeId(),
        envelope.fullReturn(),
        envelope.requiresTls());
  }

  /** Takes it, with its content. */
  Submitted submit(InputStream content) {
    return submit(content, id -> {});
  }

  /**
   * The same.
   *
   * @param named hears what the mail is called, before it is anywhere
   */
  Submitted submit(InputStream content, Consumer<QueueId> named) {
    Optional<HandedInLimit.Breach> breach = limit.breach(envelope, generation.settings());
    if (breach.isPresent()) {
      return refused(breach.get().reply(), breach.get().rule());
    }
    envelope.recipients().forEach(this::judge);
    Optional<Verdict.Reject> first =
        outcomes.stream().flatMap(one -> one.refusal().stream()).findFirst();
    if (first.isPresent() && (whom != Whom.WHOM_IT_CAN || taken.isEmpty())) {
      return new Submitted.Refused(first.get(), "recipient", outcomes);
    }
    Envelope served =
        new Envelope(
            envelope.sender(),
            taken.values().stream().map(Expanded::recipient).toList(),
            envelope.body(),
            envelope.smtpUtf8(),
            envelope.envelopeId(),
            envelope.fullReturn(),
            envelope.requiresTls());
    Arriving mail =
        new Arriving(flow.newId(), Origin.APPLICATION, here, served, premises.clock().instant());
    named.accept(mail.id());
    try (Intake intake =
        entrance().begin(mail, new Entrance.Shown(here, Optional.empty(), List.of()), 0)) {
      read(content, intake);
      return answer(intake, intake.finish(List.copyOf(taken.values()), List.of()));
    }
  }

  /** As a whole, whoever is to get it. */
  private Submitted refused(Verdict.Reject why, String rule) {
    Verdict.Reject reply = said(why);
    logRefused("NOQUEUE", "RCPT", reply, List.of(), rule);
    return new Submitted.Refused(
        reply,
        rule,
        envelope.recipients().stream().map(one -> new Outcome(one, Optional.of(reply))).toList());
  }

  private Entrance entrance() {
    return new Entrance(
        generation.settings(),
        generation.policy().hostname().name(),
        premises.zone(),
        flow,
        premises.staging());
  }

  private void judge(Recipient recipient) {
    Optional<Verdict.Reject> refusal;
    try {
      Expanded expanded = flow.expansion().expand(envelope.sender(), recipient);
      refusal = whom == Whom.EVERYBODY ? Optional.empty() : refusal(expanded);
      if (refusal.isEmpty()) {
        // The same address twice is one recipient, the first word on it counts.
        taken.putIfAbsent(recipient.address(), expanded);
      }
    } catch (LookupUnavailable e) {
      refusal =
          Optional.of(
              new Verdict.Reject(
                  451, "4.3.0", "<" + recipient.address() + ">: Temporary lookup failure"));
    }
    refusal = refusal.map(this::said);
    refusal.ifPresent(reply -> logRefused("NOQUEUE", "RCPT", reply, List.of(recipient), ""));
    outcomes.add(new Outcome(recipient, refusal));
  }

  private Optional<Verdict.Reject> refusal(Expanded expanded) {
    return expanded
        .refusal(generation.policy())
        .map(
            reply ->
                new Verdict.Reject(reply.code(), reply.status(), expanded.rejected(reply.text())))
        .or(() -> MailboxFull.by(generation.settings()).of(expanded, premises.accounts()));
  }

  /** As it is said where nothing fails for good. */
  private Verdict.Reject said(Verdict.Reject reply) {
    return generation.settings().get(QueueParams.SOFT_BOUNCE) && reply.code() >= 500
        ? Verdict.Reject.of(reply.code() - 100, reply.status().substring(1), reply.text())
        : reply;
  }

  private static void read(InputStream content, Intake intake) {
    MessageLines lines = new MessageLines(intake::write);
    byte[] chunk = new byte[CHUNK];
    try {
      for (int count = content.read(chunk);
          count >= 0 && !intake.isTooBig();
          count = content.read(chunk)) {
        lines.write(chunk, 0, count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the content cannot be read", e);
    }
    lines.finish();
  }

  private Submitted answer(Intake intake, Handover handover) {
    QueueId id = intake.mail().id();
    if (handover instanceof Handover.Refused refused) {
      Verdict.Reject reply = said(refused.reply());
      logRefused(id.value(), "END-OF-MESSAGE", reply, List.of(), refused.rule());
      return new Submitted.Refused(reply, refused.rule(), outcomes);
    }
    log.handedIn(
        id,
        generation.number(),
        user.id(),
        envelope.sender(),
        intake.size(),
        taken.size(),
        intake.messageId());
    if (handover instanceof Handover.Taken all) {
      flow.logDeliveries(all.acceptances());
    }
    return new Submitted.Taken(id, outcomes);
  }

  private void logRefused(
      String id, String stage, Verdict.Reject reply, List<Recipient> whose, String rule) {
    log.rejected(
        "",
        id,
        stage,
        MailLog.client(here.name(), here.address()),
        reply.toString(),
        envelope.sender().toString(),
        whose.stream().map(Recipient::address).toList(),
        here.protocol(),
        here.helo(),
        rule);
  }
}
