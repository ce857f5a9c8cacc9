package org.postroom.dist;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;

/**
 * One mail of the outbox, on its way to be ours: taken as if it were handed in now, given back to
 * its sender where it is refused for good or for too long, else put off.
 */
final class CollectedMail {
  private final Premises premises;
  private final Generation generation;
  private final MailLog log;
  private final OutboxStore outbox;
  private final OutboxStore.Waiting mail;
  private final OsUser user;

  /**
   * One.
   *
   * @param generation by which it goes
   * @param user whose process this is
   */
  CollectedMail(
      Premises premises,
      Generation generation,
      MailLog log,
      OutboxStore outbox,
      OutboxStore.Waiting mail,
      OsUser user) {
    this.premises = premises;
    this.generation = generation;
    this.log = log;
    this.outbox = outbox;
    this.mail = mail;
    this.user = user;
  }

  /** Notes whether anything was committed: what a filter throws away is not. */
  private static final class Ending implements MailCommit {
    private final MailCommit commit;
    private boolean done;

    Ending(MailCommit commit) {
      this.commit = commit;
    }

    @Override
    public List<Acceptance> commit(List<Acceptance> acceptances) {
      List<Acceptance> taken = commit.commit(acceptances);
      done = true;
      return taken;
    }

    @Override
    public QueueId newId() {
      return commit.newId();
    }
  }

  /**
   * Takes it.
   *
   * @throws org.postroom.core.mail.StorageFull when there is no room for it now
   * @throws org.postroom.core.mail.StorageUnavailable when the store does not answer
   */
  void take() {
    Ending ending = new Ending(outbox.ending(mail.row(), Optional.empty()));
    Submitted answer;
    try {
      answer = handIn(generation.flow().into(ending));
    } catch (LookupUnavailable e) {
      later("451 4.3.0 " + e.getMessage(), "4.3.0");
      return;
    }
    if (answer instanceof Submitted.Refused refused) {
      if (refused.mayPass()) {
        later(refused.reply().toString(), refused.reply().status());
      } else {
        giveBack(refused.reply().status(), refused.reply().text(), refused.reply().toString());
      }
    } else if (!ending.done) {
      List<Acceptance> unused = ending.commit(List.of());
    }
  }

  private Submitted handIn(MailFlow flow) {
    return new HandedInMail(
            premises,
            generation,
            flow,
            log,
            mail.envelope(),
            Whom.EVERYBODY,
            user,
            HandedInMail.Limit.of(generation.settings()))
        .submit(mail.content().stream());
  }

  private void later(String reply, String status) {
    Settings settings = generation.settings();
    RetrySchedule schedule = QueueParams.schedule(settings);
    Instant now = premises.clock().instant();
    if (schedule.isOver(mail.written(), mail.envelope().sender().isNull(), now)) {
      giveBack(status, "delivery time expired: " + reply, reply);
    } else {
      outbox.later(mail.row(), schedule.next(mail.written(), now), reply);
    }
  }

  private void giveBack(String status, String text, String reply) {
    Envelope envelope = mail.envelope();
    List<QueuedRecipient> recipients = new ArrayList<>();
    envelope
        .recipients()
        .forEach(one -> recipients.add(new QueuedRecipient(0, one, mail.attempts(), false, "")));
    QueuedMail returned =
        new QueuedMail(
            premises.commit().newId(),
            envelope.sender(),
            new QueuedMail.Traits(
                envelope.body(), envelope.smtpUtf8(), envelope.envelopeId(), envelope.fullReturn()),
            mail.content(),
            mail.written(),
            "outbox:",
            recipients);
    generation
        .flow()
        .into(outbox.ending(mail.row(), Optional.of(reply)))
        .giveBack(returned, "5" + status.substring(1), text);
  }
}
