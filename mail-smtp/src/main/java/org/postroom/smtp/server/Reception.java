package org.postroom.smtp.server;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.flow.ArrivingContent;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.Handover;
import org.postroom.core.mail.Arriving;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.OverQuota;
import org.postroom.core.policy.Consequence;
import org.postroom.core.policy.Verdict;
import org.postroom.core.queue.Acceptance;
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
  private final Settings settings;
  private final Arriving mail;
  private final ArrivingContent content;
  private final DataReader reader;

  /** What has become of the mail, once it is taken. */
  private List<Acceptance> accepted = List.of();

  /** Fields that were put in front of the header as it arrived. */
  private final List<Consequence.Prepend> done;

  /** A chunk was refused: those behind it are of no use any more. */
  private boolean failed;

  private Reception(SmtpSession session, Transaction transaction, boolean dotStuffed) {
    this.session = session;
    this.transaction = transaction;
    this.settings = session.settings();
    this.done =
        transaction.consequences().stream()
            .filter(Consequence.Prepend.class::isInstance)
            .map(Consequence.Prepend.class::cast)
            .toList();
    Beginning beginning =
        Beginning.of(session, transaction, done.stream().map(Consequence.Prepend::field).toList());
    this.mail = beginning.mail();
    this.content = beginning.content();
    this.reader =
        new DataReader(
            content::write,
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
        return content.takesAtOnce(octets);
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
    failed = content.tooBig();
    return failed ? tooBig() : SmtpReply.of(250, "2.0.0", "Ok: " + length + " bytes");
  }

  /** The same for the last one. */
  SmtpReply lastChunkTaken(long length) {
    return failed ? discarded(length) : finish();
  }

  /** The client has heard why, with the chunk that was one too many. */
  private static SmtpReply discarded(long length) {
    return SmtpReply.of(551, "5.0.0", "Discarded " + length + " bytes after earlier error");
  }

  private SmtpReply tooBig() {
    return refuse(552, "5.3.4", "Error: message file too big", "message_size_limit");
  }

  /** The content is whole: judges it and takes responsibility for it. Gives the answer. */
  SmtpReply finish() {
    reader.finish();
    if (content.tooBig()) {
      return tooBig();
    }
    if (content.hops() > settings.get(FlowParams.HOPS)) {
      return refuse(554, "5.4.6", "Error: too many hops", "hopcount_limit");
    }
    QueueId id = mail.id();
    try (StagedContent whole = content.finish()) {
      Handover handover =
          session
              .services()
              .flow()
              .accept(
                  mail.with(whole),
                  transaction.recipients(),
                  session.listening().wishes().and(decided()));
      if (handover instanceof Handover.Refused refused) {
        Verdict.Reject reply = refused.reply();
        return refuse(reply.code(), reply.status(), reply.text(), refused.rule());
      }
      logAccepted(whole);
      if (handover instanceof Handover.Taken taken) {
        session.services().flow().logDeliveries(taken.acceptances());
        accepted = taken.acceptances();
      }
      return SmtpReply.of(250, "2.0.0", "Ok: queued as " + id);
    } catch (StorageFull e) {
      session.services().log().fault(session.id(), "keeping " + id, e);
      return SmtpReply.of(452, "4.3.1", "Insufficient system storage");
    } catch (OverQuota e) {
      MailboxFull full = MailboxFull.by(settings);
      return refuse(full.code(), full.status(), "Error: " + full.text(), MailboxFull.RULE);
    } catch (StorageUnavailable | LookupUnavailable e) {
      session.services().log().fault(session.id(), "keeping " + id, e);
      return SmtpReply.of(451, "4.3.0", "Error: queue file write error");
    }
  }

  /** What has become of the mail; empty where it was not taken, or is thrown away. */
  List<Acceptance> accepted() {
    return accepted;
  }

  /** What was decided about the mail and is not done yet. */
  private List<Consequence> decided() {
    return transaction.consequences().stream().filter(each -> !done.contains(each)).toList();
  }

  private void logAccepted(StagedContent whole) {
    session
        .services()
        .log()
        .accepted(
            mail.id(),
            session.services().generation(),
            session.id(),
            session.client(),
            mail.client().login().orElse(""),
            transaction.sender(),
            whole.size(),
            transaction.count(),
            content.messageId());
  }

  @Override
  public void close() {
    content.close();
  }

  /** Refuses the mail, or a recipient's copy of it, with one line in the log that says why. */
  SmtpReply refuse(int code, String status, String text, String rule) {
    SmtpReply reply = SmtpReply.of(code, status, text);
    session
        .services()
        .log()
        .rejected(
            session.id(),
            mail.id().toString(),
            "END-OF-MESSAGE",
            session.client(),
            session.said(reply).toString(),
            transaction.sender().toString(),
            List.of(),
            mail.client().protocol(),
            mail.client().helo(),
            rule);
    return reply;
  }
}
