package org.postroom.imap.session;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;

/** IDLE (RFC 2177): the client hears of changes as they happen, and we hold no thread. */
final class Idling implements Conversation {
  private final ImapSession session;
  private final Connection connection;
  private final Timers timers;
  private final Responder out;
  private final ImapLimits limits;
  private final AtomicBoolean wakeDue = new AtomicBoolean();
  private Timers.@Nullable Timer keepalive;
  private boolean over;

  Idling(ImapSession session, Services services, Connection connection, Responder out) {
    this.session = session;
    this.connection = connection;
    this.timers = services.timers();
    this.limits = services.limits();
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
      return session.sync(Sync.FULL, out);
    } catch (RuntimeException failure) {
      session.endConversation();
      throw failure;
    }
  }

  private void watchTheClock() {
    if (keepalive != null) {
      keepalive.cancel();
    }
    keepalive = timers.after(limits.keepalive(), () -> connection.execute(this::keepAlive));
  }

  private void keepAlive() {
    if (over) {
      return;
    }
    session.turn(
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
      session.turn(() -> session.say(sync(), out), out);
      if (!over) {
        watchTheClock();
      }
    }
  }

  @Override
  public void line() {
    ImapReader in = session.reader();
    session.endConversation();
    session.turn(
        () -> {
          try {
            if (in.word().equals("DONE") && in.atEnd()) {
              return Completion.ok("Idle completed.");
            }
          } catch (BadCommand noWord) {
            // Falls through: it is not DONE.
          }
          return session.failed(in, new BadCommand("Expected DONE."), out, answer -> answer);
        },
        out);
  }

  @Override
  public void ended() {
    over = true;
    if (keepalive != null) {
      keepalive.cancel();
      keepalive = null;
    }
  }
}
