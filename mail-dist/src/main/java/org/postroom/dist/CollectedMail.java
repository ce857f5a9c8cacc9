package org.postroom.dist;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.RetrySchedule;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;
import org.postroom.smtp.protocol.MessageLines;

/**
 * One mail of the outbox, on its way to be ours: taken as if it were handed in now, given back to
 * its sender where it is refused for good or for too long, else put off.
 */
final class CollectedMail {
  private static final int CHUNK = 16 * 1024;

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
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   * @throws org.postroom.core.refusal.StorageUnavailable when the store does not answer
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
            Optional.empty(),
            HandedInLimit.of(generation.settings()))
        .submit(mail.content().stream());
  }

  /**
   * Puts it off where something of ours has failed that may have to do with this one alone: nobody
   * is to wait behind it. Given back where it has failed for too long.
   *
   * @throws org.postroom.core.refusal.StorageUnavailable when the store does not answer
   */
  void putOff(RuntimeException why) {
    String reply = "451 4.3.0 " + why.getMessage();
    Instant now = premises.clock().instant();
    if (isOver(now)) {
      try {
        giveBack("4.3.0", "delivery time expired: 451 4.3.0 Error: queue file write error", reply);
        return;
      } catch (RuntimeException e) { // its sender is told as soon as he can be
        why.addSuppressed(e);
      }
    }
    outbox.later(mail.row(), schedule().soon(mail.attempts(), mail.written(), now), reply);
  }

  private void later(String reply, String status) {
    Instant now = premises.clock().instant();
    if (isOver(now)) {
      giveBack(status, "delivery time expired: " + reply, reply);
    } else {
      outbox.later(mail.row(), schedule().next(mail.written(), now), reply);
    }
  }

  private RetrySchedule schedule() {
    return QueueParams.schedule(generation.settings());
  }

  private boolean isOver(Instant now) {
    return schedule().isOver(mail.written(), mail.envelope().sender().isNull(), now);
  }

  private void giveBack(String status, String text, String reply) {
    Optional<StagedContent> asSent = asSent();
    try {
      giveBack(asSent.isPresent() ? asSent.get() : mail.content(), status, text, reply);
    } finally {
      asSent.ifPresent(StagedContent::close);
    }
  }

  /** The octets with the line ends that they go out with; empty when they cannot be read. */
  private Optional<StagedContent> asSent() {
    Content raw = mail.content();
    try (ContentSink sink = premises.staging().open(raw.size())) {
      MessageLines lines = new MessageLines(sink::write);
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
      for (long at = 0; at < raw.size(); at += chunk.position()) {
        chunk.clear();
        if (raw.read(at, chunk) <= 0) {
          break;
        }
        lines.write(chunk.array(), 0, chunk.position());
      }
      lines.finish();
      return Optional.of(sink.finish());
    } catch (ContentDamaged e) {
      return Optional.empty();
    }
  }

  private void giveBack(Content content, String status, String text, String reply) {
    QueuedMail returned =
        GivenBack.of(
            premises.commit().newId(),
            mail.envelope(),
            content,
            mail.written(),
            "outbox:",
            mail.attempts());
    generation
        .flow()
        .into(outbox.ending(mail.row(), Optional.of(reply)))
        .giveBack(returned, "5" + status.substring(1), text);
  }
}
