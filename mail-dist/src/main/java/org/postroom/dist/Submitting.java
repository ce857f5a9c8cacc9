package org.postroom.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.fact.Facts;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Handover;
import org.postroom.core.flow.Intake;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Arriving;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Submission;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.Verdict;
import org.postroom.core.queue.QueueParams;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Submitted.Outcome;
import org.postroom.dist.submit.Whom;
import org.postroom.smtp.protocol.DataReader;

/**
 * The door for mail that is handed in on this machine: by the application that the server is part
 * of, or by a program. On the caller's thread. So many are under way at once, and others wait for
 * their turn, so that a thousand callers hold no more than those few; who hands in a mail while one
 * of his is being taken (a filter, a listener) does not wait.
 */
final class Submitting implements AutoCloseable {
  private static final int AT_ONCE = 32;
  private static final int CHUNK = 16 * 1024;
  private static final byte[] LINE_END = {'\r', '\n'};

  /** For those who are under way at the end. */
  private static final long PATIENCE_SECONDS = 5;

  private static final Submission.Client HERE =
      new Submission.Client(
          InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "");

  private final Premises premises;
  private final Supplier<Generation> current;
  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final Set<Thread> callers = ConcurrentHashMap.newKeySet();
  private final MailLog log = new MailLog("pickup");
  private final OsUser owner = OsUser.ofThisProcess();
  private volatile boolean closed;

  /**
   * Open.
   *
   * @param current by what a mail goes that is handed in now
   */
  Submitting(Premises premises, Supplier<Generation> current) {
    this.premises = premises;
    this.current = current;
  }

  /** Takes a mail of this process's. */
  Submitted submit(Envelope envelope, InputStream content, Whom whom) {
    return submit(envelope, content, whom, owner);
  }

  /**
   * Takes a mail; see {@link MailServer#submit(Envelope, InputStream, Whom)}.
   *
   * @param user who hands it in
   */
  Submitted submit(Envelope envelope, InputStream content, Whom whom, OsUser user) {
    if (!callers.add(Thread.currentThread())) {
      return new OneMail(complete(envelope), whom, user).submit(content);
    }
    try {
      turns.acquire();
      try {
        if (closed) {
          throw new IllegalStateException("the server is closed");
        }
        return new OneMail(complete(envelope), whom, user).submit(content);
      } finally {
        turns.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before the mail was taken");
    } finally {
      callers.remove(Thread.currentThread());
    }
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
        envelope.fullReturn());
  }

  /** One mail, from its recipients to what has become of it. */
  private final class OneMail {
    private final Generation generation = current.get();
    private final Envelope envelope;
    private final Whom whom;
    private final OsUser user;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Address, Expanded> taken = new LinkedHashMap<>();

    OneMail(Envelope envelope, Whom whom, OsUser user) {
      this.envelope = envelope;
      this.whom = whom;
      this.user = user;
    }

    Submitted submit(InputStream content) {
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
              envelope.fullReturn());
      Arriving mail =
          new Arriving(
              premises.commit().newId(),
              Origin.APPLICATION,
              HERE,
              served,
              premises.clock().instant());
      try (Intake intake =
          entrance().begin(mail, new Entrance.Shown(HERE, Optional.empty(), List.of()), 0)) {
        read(content, intake);
        return answer(intake, intake.finish(List.copyOf(taken.values()), List.of()));
      }
    }

    private Entrance entrance() {
      return new Entrance(
          generation.settings(),
          generation.policy().hostname().name(),
          premises.zone(),
          generation.flow(),
          premises.staging());
    }

    private void judge(Recipient recipient) {
      Optional<Verdict.Reject> refusal;
      try {
        Expanded expanded = generation.flow().expand(recipient, Facts.WAITING);
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
          .or(
              () ->
                  MailboxFull.by(generation.settings())
                      .of(expanded, 0, premises.accounts(), Facts.WAITING));
    }

    /** As it is said where nothing fails for good. */
    private Verdict.Reject said(Verdict.Reject reply) {
      return generation.settings().get(QueueParams.SOFT_BOUNCE) && reply.code() >= 500
          ? Verdict.Reject.of(reply.code() - 100, reply.status().substring(1), reply.text())
          : reply;
    }

    /** Lines end as they do in SMTP, where a LF alone ends one and a CR alone does not. */
    private static void read(InputStream content, Intake intake) {
      DataReader lines = new DataReader(intake::write, false, false, true);
      byte[] chunk = new byte[CHUNK];
      int last = '\n';
      try {
        for (int count = content.read(chunk);
            count >= 0 && !intake.isTooBig();
            count = content.read(chunk)) {
          DataReader.Progress unused = lines.read(ByteBuffer.wrap(chunk, 0, count));
          last = count > 0 ? chunk[count - 1] : last;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the content cannot be read", e);
      }
      lines.finish();
      if (last != '\n') {
        intake.write(LINE_END, 0, LINE_END.length);
      }
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
        generation.flow().logDeliveries(all.acceptances());
      }
      return new Submitted.Taken(id, outcomes);
    }

    private void logRefused(
        String id, String stage, Verdict.Reject reply, List<Recipient> whose, String rule) {
      log.rejected(
          "",
          id,
          stage,
          MailLog.client(HERE.name(), HERE.address()),
          reply.toString(),
          envelope.sender().toString(),
          whose.stream().map(Recipient::address).toList(),
          HERE.protocol(),
          HERE.helo(),
          rule);
    }
  }

  /** Takes no more, and lets those end that are under way, for a while. */
  @Override
  public void close() {
    closed = true;
    try {
      if (turns.tryAcquire(AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        turns.release(AT_ONCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
