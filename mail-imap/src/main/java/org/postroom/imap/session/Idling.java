package org.postroom.imap.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Saying;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;

/** IDLE (RFC 2177): the client hears of changes as they happen, and we hold no thread. */
final class Idling implements Conversation {
  private final Client client;
  private final Turns turns;
  private final Connection connection;
  private final Timers timers;
  private final Responder out;
  private final Duration keepalive;
  private final AtomicBoolean wakeDue = new AtomicBoolean();
  private Timers.@Nullable Timer next;
  private boolean over;

  Idling(Client client, Turns turns, Responder out) {
    this.client = client;
    this.turns = turns;
    this.connection = client.connection();
    this.timers = client.services().timers();
    this.keepalive = client.services().settings().get(ImapParams.IDLE_NOTIFY_INTERVAL);
    this.out = out;
  }

  /** The continuation goes first: some clients fail on data before it. */
  Completion begin() {
    out.writer().ascii("+ idling").crlf().flush();
    Saying news = sync();
    watchTheClock();
    return Completion.saying(news, Completion.later());
  }

  /** Where it fails, IDLE is answered, and the client's next line is a command again. */
  private Saying sync() {
    try {
      return client.sync(Sync.FULL, out);
    } catch (RuntimeException failure) {
      turns.endConversation();
      throw failure;
    }
  }

  private void watchTheClock() {
    if (next != null) {
      next.cancel();
    }
    next = timers.after(keepalive, () -> connection.execute(this::keepAlive));
  }

  private void keepAlive() {
    if (over) {
      return;
    }
    turns.turn(
        () -> {
          out.ok("", "Still here");
          return null;
        },
        out);
    watchTheClock();
  }

  /** From any thread: one wake-up is under way at a time, whatever happens meanwhile. */
  @Override
  public void changed() {
    if (wakeDue.compareAndSet(false, true)) {
      connection.execute(this::wake);
    }
  }

  private void wake() {
    wakeDue.set(false);
    if (!over) {
      turns.turn(() -> turns.say(sync(), out), out);
      if (!over) {
        watchTheClock();
      }
    }
  }

  @Override
  public void line() {
    ImapReader in = client.reading().line();
    turns.endConversation();
    turns.turn(
        () -> {
          try {
            if (in.word().equals("DONE") && in.atEnd()) {
              return Completion.ok("Idle completed.");
            }
          } catch (BadCommand noWord) {
            // Falls through: it is not DONE.
          }
          return client
              .reading()
              .failed(in, new BadCommand("Expected DONE."), out, answer -> answer);
        },
        out);
  }

  @Override
  public void ended() {
    over = true;
    if (next != null) {
      next.cancel();
      next = null;
    }
  }
}
