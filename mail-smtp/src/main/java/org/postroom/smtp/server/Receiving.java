package org.postroom.smtp.server;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.flow.MailboxFull;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.smtp.protocol.SmtpReply;

/** A mail's content in a session: asked for, taken as it comes, and answered when it is whole. */
public final class Receiving {
  private static final SmtpReply GO_AHEAD =
      SmtpReply.of(354, "", "End data with <CR><LF>.<CR><LF>");

  private final SmtpSession session;
  private final Transaction transaction;

  public Receiving(SmtpSession session, Transaction transaction) {
    this.session = session;
    this.transaction = transaction;
  }

  /** DATA: asks for the content; when it has come to its end, answers (RFC 5321, 4.1.1.4). */
  public void data() {
    Reception reception;
    try {
      reception = Reception.ofData(session, transaction);
    } catch (RuntimeException e) {
      session.reset();
      throw e;
    }
    transaction.content(reception);
    receive(session, reception.toDot(), () -> finish(reception, reception::finish));
    session.replyNow(GO_AHEAD);
  }

  /** BDAT: takes one chunk; with the last one the mail is whole (RFC 3030). */
  public void chunk(long length, boolean last) {
    Reception reception;
    try {
      reception = chunks();
    } catch (RuntimeException e) {
      session.endForContent(e);
      return;
    }
    Runnable then =
        last
            ? () -> finish(reception, () -> reception.lastChunkTaken(length))
            : () -> session.reply(reception.chunkTaken(length));
    if (length > 0) {
      receive(session, reception.chunk(length), then);
    } else {
      session.onWorker(then);
    }
  }

  private Reception chunks() {
    return transaction
        .content(Reception.class)
        .orElseGet(
            () -> {
              Reception begun = Reception.ofChunks(session, transaction);
              transaction.content(begun);
              return begun;
            });
  }

  /** Drops octets that belong to a refused command, then has it answered. */
  public static void swallow(SmtpSession session, long length, Runnable answer) {
    Runnable then =
        () -> {
          try {
            answer.run();
          } finally {
            session.reset();
          }
        };
    if (length > 0) {
      receive(session, Arrival.dropped(length), then);
    } else {
      then.run();
    }
  }

  /** What comes next is content, and what follows on it {@code then}. */
  private static void receive(SmtpSession session, Arrival next, Runnable then) {
    PacedArrival paced =
        new PacedArrival(
            next, session.connection(), session.services().clock(), session.settings());
    session
        .dialogue()
        .receive(
            paced,
            () -> {
              if (paced.hasBareLf()) {
                session.reset();
                throw session.bareLf();
              }
              then.run();
            });
  }

  /** The content is whole: the last word of policy, then ours. */
  private void finish(Reception reception, Supplier<SmtpReply> whole) {
    Judging judging = session.judging();
    if (judging.isConcernedAt(Moment.END_OF_DATA)) {
      session.enter("END-OF-MESSAGE");
      session.inquire(
          transaction.notes(),
          facts -> judging.content(Moment.END_OF_DATA, transaction, facts),
          decision -> finish(reception, whole, decision),
          this::failed);
    } else {
      accept(reception, whole);
    }
  }

  private void finish(Reception reception, Supplier<SmtpReply> whole, Decision decision) {
    Optional<SmtpReply> refusal = Judging.refusal(decision);
    if (refusal.isPresent()) {
      others(refusal.get());
      session.passes(decision, Optional.empty());
      session.reset();
    } else {
      session.passes(decision, Optional.empty());
      transaction.left(decision.pending());
      accept(reception, whole);
    }
  }

  private void accept(Reception reception, Supplier<SmtpReply> whole) {
    try {
      SmtpReply reply = whole.get();
      if (isLmtp()) {
        EachAnswer answer = new EachAnswer(reception, MailboxFull.by(session.settings()), reply);
        // All of them first: what goes wrong then is said as often, and not once more.
        List<SmtpReply> replies = transaction.named().stream().map(answer::to).toList();
        replies.forEach(session::replyToMail);
      } else {
        session.replyToMail(reply);
      }
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      // RFC 5321, 4.1.1.4: the transaction ends whatever came of it.
      session.reset();
    }
  }

  /** Not even an answer has come of it. */
  private void failed(RuntimeException e) {
    othersNotNow();
    throw e;
  }

  /** {@link #others} where nobody is to blame but us. */
  public void othersNotNow() {
    others(SmtpReply.of(451, "4.3.0", "Error: not taken now"));
  }

  /**
   * The answer for all recipients but the last one, which is given where answers are: LMTP's client
   * waits for as many as it has named (RFC 2033, 4.2).
   */
  public void others(SmtpReply reply) {
    for (int i = isLmtp() ? transaction.named().size() : 1; i > 1; i--) {
      session.replyLeniently(reply);
    }
  }

  private boolean isLmtp() {
    return session.listening().isLmtp();
  }
}
