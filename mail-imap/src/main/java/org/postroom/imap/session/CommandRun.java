package org.postroom.imap.session;

import java.util.function.Function;
import java.util.function.Supplier;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;

/**
 * A command that was read, on its way to its answer: the sync before it, what it does, the sync
 * after it. What is said on the way may be more than the client reads at once, and what is to be
 * done may need octets of the client's that have not come; the rest is then done in later turns,
 * and whatever fails in any of them becomes the answer here.
 */
final class CommandRun<S extends ImapState> implements Turns.Frame {
  private final Client client;
  private final Turns turns;
  private final ImapRow<S> row;
  private final Command<S> command;
  private final S state;
  private final ImapReader in;
  private final Responder out;
  private boolean synced;

  CommandRun(
      Client client,
      Turns turns,
      ImapRow<S> row,
      Command<S> command,
      S state,
      ImapReader in,
      Responder out) {
    this.client = client;
    this.turns = turns;
    this.row = row;
    this.command = command;
    this.state = state;
    this.in = in;
    this.out = out;
  }

  /** Begins; returns the answer, or that it comes later. */
  Completion begin() {
    return attempt(
        () -> {
          Saying before = row.sync().before ? client.before(out) : Saying.NOTHING;
          return say(before, () -> follow(command.execute(state, out)));
        });
  }

  @Override
  public Completion receive(long length, Intake intake, Function<Line, Completion> then) {
    return turns.receive(
        length, intake, in.lineRoom(), out, line -> attempt(() -> follow(then.apply(line))));
  }

  /** What follows on what the command says of itself. */
  private Completion follow(Completion said) {
    Completion.Rest rest = said.rest();
    if (rest != null) {
      return say(rest.saying(), () -> follow(rest.end().get()));
    }
    return said.isLater() ? said : syncAfter(said);
  }

  private Completion syncAfter(Completion answer) {
    if (synced || !row.sync().after) {
      return answer;
    }
    synced = true;
    return say(client.syncAfter(row.sync(), out), () -> answer);
  }

  private Completion say(Saying saying, Supplier<Completion> then) {
    if (saying.to(out.writer().out())) {
      return then.get();
    }
    return turns.goOnWhenRead(() -> attempt(() -> say(saying, then)), out);
  }

  private Completion attempt(Supplier<Completion> part) {
    try {
      return part.get();
    } catch (WireFault | UnfinishedLiteral | SelectionLost lost) {
      throw lost;
    } catch (RuntimeException failure) {
      if (out.isLineOpen()) {
        throw failure;
      }
      return client
          .reading()
          .failed(
              in, failure, out, failure instanceof BadCommand ? answer -> answer : this::syncAfter);
    }
  }
}
