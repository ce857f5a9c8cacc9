package org.postroom.smtp.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Handover;
import org.postroom.core.flow.Intake;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;
import org.postroom.smtp.protocol.DataReader;
import org.postroom.smtp.protocol.DataReader.Progress;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.SmtpParams.BareNewline;

/**
 * The arrival of one mail's content, by DATA or in chunks, from its first octet to the answer that
 * says whose it is now. Whatever is wrong with it, the content is read to its end and never taken
 * for commands.
 */
final class Reception implements Transaction.Content {
  private final SmtpSession session;
  private final Transaction transaction;
  private final Intake intake;
  private final DataReader reader;

  /** What has become of the mail, once it is taken. */
  private List<Acceptance> accepted = List.of();

  /** Fields that were put in front of the header as it arrived. */
  private final List<Consequence.Prepend> done = new ArrayList<>();

  /** A chunk was refused: those behind it are of no use any more. */
  private boolean failed;

  private Reception(SmtpSession session, Transaction transaction, boolean dotStuffed) {
    this.session = session;
    this.transaction = transaction;
    List<FieldLine> fields = new ArrayList<>();
    for (Consequence each : transaction.consequences()) {
      if (each instanceof Consequence.Prepend prepend) {
        done.add(prepend);
        fields.add(prepend.field());
      }
    }
    this.intake = Beginning.of(session, transaction, fields);
    Settings settings = session.settings();
    this.reader =
        new DataReader(
            intake::write,
            dotStuffed,
            settings.get(SmtpParams.BARE_NEWLINE) == BareNewline.REJECT,
            settings.get(SmtpParams.REPLACE_STRAY_CR));
  }

  static Reception ofData(SmtpSession session, Transaction transaction) {
    return new Reception(session, transaction, true);
  }

  static Reception ofChunks(SmtpSession session, Transaction transaction) {
    return new Reception(session, transaction, false);
  }

  /** The content up to the dot. */
  Arrival toDot() {
    return arriving(reader::read);
  }

  /** One chunk of it, of at least one octet. */
  Arrival chunk(long length) {
    return arriving(
        new Function<>() {
          private long left = length;

          @Override
          public Progress apply(ByteBuffer octets) {
            int limit = octets.limit();
            int count = (int) Math.min(left, octets.remaining());
            octets.limit(octets.position() + count);
            Progress progress = reader.read(octets);
            octets.limit(limit);
            left -= count;
            return progress == Progress.MORE && left == 0 ? Progress.END : progress;
          }
        });
  }

  private Arrival arriving(Function<ByteBuffer, Progress> taker) {
    return new Arrival() {
      @Override
      public boolean takesAtOnce(int octets) {
        return intake.takesAtOnce(octets);
      }

      @Override
      public Progress take(ByteBuffer octets) {
        return taker.apply(octets);
      }
    };
  }

  /** Answers a chunk behind which more are to come (RFC 3030, 2). */
  SmtpReply chunkTaken(long length) {
    if (failed) {
      return discarded(length);
    }
    failed = intake.isTooBig();
    return failed ? refuse(Intake.TOO_BIG) : SmtpReply.of(250, "2.0.0", "Ok: " + length + " bytes");
  }

  /** The same for the last one. */
  SmtpReply lastChunkTaken(long length) {
    return failed ? discarded(length) : finish();
  }

  /** The client has heard why, with the chunk that was one too many. */
  private static SmtpReply discarded(long length) {
    return SmtpReply.of(551, "5.0.0", "Discarded " + length + " bytes after earlier error");
  }

  private SmtpReply refuse(Handover.Refused refused) {
    Verdict.Reject reply = refused.reply();
    return refuse(reply.code(), reply.status(), reply.text(), refused.rule());
  }

  /** The content is whole: judges it and takes responsibility for it. Gives the answer. */
  SmtpReply finish() {
    reader.finish();
    QueueId id = intake.mail().id();
    try {
      Handover handover = intake.finish(transaction.recipients(), decided());
      if (handover instanceof Handover.Refused refused) {
        return refuse(refused);
      }
      logAccepted();
      if (handover instanceof Handover.Taken taken) {
        session.services().flow().logDeliveries(taken.acceptances());
        accepted = taken.acceptances();
      }
      return SmtpReply.of(250, "2.0.0", "Ok: queued as " + id);
    } catch (StorageFull e) {
      session.services().log().fault(session.id(), "keeping " + id, e);
      return SmtpReply.of(452, "4.3.1", "Insufficient system storage");
    } catch (StorageUnavailable | LookupUnavailable e) {
      session.services().log().fault(session.id(), "keeping " + id, e);
      return SmtpReply.of(451, "4.3.0", "Error: queue file write error");
    }
  }

  @Override
  public long size() {
    return intake.arrived();
  }

  /** What has become of the mail; empty where it was not taken, or is thrown away. */
  List<Acceptance> accepted() {
    return accepted;
  }

  /** What was decided about the mail and is not done yet. */
  private List<Consequence> decided() {
    return transaction.consequences().isEmpty()
        ? List.of()
        : transaction.consequences().stream().filter(each -> !done.contains(each)).toList();
  }

  private void logAccepted() {
    session
        .services()
        .log()
        .accepted(
            intake.mail().id(),
            session.services().generation(),
            session.id(),
            session.client(),
            intake.mail().client().login().orElse(""),
            transaction.sender(),
            intake.size(),
            transaction.count(),
            intake.messageId());
  }

  @Override
  public void close() {
    intake.close();
  }

  /** Refuses the mail, or a recipient's copy of it, with one line in the log that says why. */
  SmtpReply refuse(int code, String status, String text, String rule) {
    SmtpReply reply = SmtpReply.of(code, status, text);
    session
        .services()
        .log()
        .rejected(
            session.id(),
            intake.mail().id().toString(),
            "END-OF-MESSAGE",
            session.client(),
            session.said(reply).toString(),
            transaction.sender().toString(),
            List.of(),
            intake.mail().client().protocol(),
            intake.mail().client().helo(),
            rule);
    return reply;
  }
}
