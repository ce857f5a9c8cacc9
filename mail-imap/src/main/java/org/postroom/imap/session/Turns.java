package org.postroom.imap.session;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Settings;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.protocol.CommandInput;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;

/**
 * One client's turns: does a piece of work, says what came of it, and rests until there is more to
 * do; how long it may take until then, and what its lines mean while a command is not finished.
 *
 * <p>IMAP's own, and no dialogue in lines: a command may be many lines with octets between them,
 * and its answer more than a client reads at once.
 */
final class Turns {
  /** Octets of a line before log-in, where it is no long one by nature. */
  static final int STRANGERS_LINE = 8192;

  private static final int MOST_BAD_BEFORE_LOGIN = 3;
  private static final int MOST_BAD = 20;

  private final Services services;
  private final Settings settings;
  private final Connection connection;
  private final ImapWriter writer;
  private final Host host;
  private final long since;
  private volatile @Nullable Conversation conversation;
  private @Nullable Frame running;
  private After after = After.REST;
  private String lastWord = "";
  private int badInARow;

  Turns(Services services, Connection connection, ImapWriter writer, Host host) {
    this.services = services;
    this.settings = services.settings();
    this.connection = connection;
    this.writer = writer;
    this.host = host;
    this.since = services.timers().nanoTime();
  }

  /** Whose turns they are. */
  interface Host {

    /** Whether somebody is logged in: such a client may take longer, and more. */
    boolean isLoggedIn();

    /** Whether a part of a command has come, and not all of it. */
    boolean hasBegunCommand();

    /** The connection ends: nothing is held for it any more. */
    void leave();
  }

  /** The command that runs. */
  interface Frame {

    /** It goes on with the line behind so many octets that are to come. */
    Completion receive(long length, Intake intake, Function<Line, Completion> then);
  }

  /** What follows on a turn. */
  private enum After {
    REST,
    /** The rest of the turn waits until the client has read. */
    SUSPENDED,
    TLS,
    CLOSED
  }

  /** One turn: does it, says what came of it, and rests. Every failure ends here. */
  void turn(Supplier<@Nullable Completion> work, Responder out) {
    if (after == After.SUSPENDED) {
      after = After.REST;
    }
    Completion completion;
    try {
      completion = work.get();
    } catch (WireFault | CommandInput.MoreNeeded open) {
      throw open;
    } catch (SelectionLost lost) {
      out.bye("", SelectionLost.TEXT);
      close();
      return;
    } catch (UnfinishedLiteral broken) {
      Failures.completion(broken, connection.id());
      close();
      return;
    } catch (RuntimeException failure) {
      completion = Failures.completion(failure, connection.id());
      if (out.isLineOpen()) {
        close();
        return;
      }
    }
    if (completion != null && !completion.isLater()) {
      answer(completion, out);
    }
    if (after == After.TLS) {
      after = After.REST;
      writer.handOver(); // the last words in clear leave when the input has been emptied
      awaitNext();
    } else if (after != After.CLOSED) {
      rest();
    }
  }

  private void answer(Completion completion, Responder out) {
    running = null;
    out.tagged(completion.condition(), completion.code(), completion.text());
    badInARow = completion.condition().equals("BAD") ? badInARow + 1 : 0;
    if (!lastWord.isEmpty()) {
      out.bye("", lastWord);
      close();
    } else if (badInARow >= (host.isLoggedIn() ? MOST_BAD : MOST_BAD_BEFORE_LOGIN)) {
      out.bye("", "Too many invalid commands.");
      close();
    } else if (completion.then() == Completion.Then.CLOSE) {
      if (!completion.condition().equals("OK")) {
        out.bye(completion.code().equals("TOOBIG") ? "TOOBIG" : "", "Closing the connection.");
      }
      close();
    } else if (completion.then() == Completion.Then.START_TLS) {
      services.tls().ifPresent(connection::startTls);
      after = After.TLS;
    }
  }

  /** The session ends when the command that runs has been answered. */
  void endAfterAnswer(String word) {
    lastWord = word;
  }

  /** The turn ends: what was said leaves, unless more is said at once. */
  void rest() {
    boolean full = host.isLoggedIn() && after != After.SUSPENDED && !connection.out().hasRoom();
    if (after == After.SUSPENDED
        || full
        || conversation != null
        || !connection.in().hasLine(lineLimit())) {
      writer.rest();
    }
    if (full) {
      after = After.SUSPENDED;
      connection.whenRead(
          () -> {
            after = after == After.CLOSED ? after : After.REST;
            awaitNext();
          });
    }
    awaitNext();
  }

  /** The rest of the turn is done when the client has read what was said so far. */
  Completion goOnWhenRead(Supplier<@Nullable Completion> rest, Responder out) {
    after = After.SUSPENDED;
    connection.whenRead(() -> turn(rest, out));
    return Completion.later();
  }

  /** Says it in as many turns as it takes; no command waits for its end. */
  Completion say(Saying saying, Responder out) {
    return saying.to(connection.out())
        ? Completion.later()
        : goOnWhenRead(() -> say(saying, out), out);
  }

  /** Octets of a line that can be a command. */
  int lineLimit() {
    return host.isLoggedIn() ? settings.get(ImapParams.MAX_LINE_LENGTH).intValue() : STRANGERS_LINE;
  }

  /**
   * How long the client may take now: for its next command, or for the rest of one, or for reading
   * what it is told. Whoever trickles lines has not for ever to log in.
   */
  void awaitNext() {
    if (host.isLoggedIn()) {
      boolean must = after == After.SUSPENDED || isWithinCommand();
      connection.deadline(settings.get(must ? ImapParams.STALL_TIMEOUT : ImapParams.AUTOLOGOUT));
      return;
    }
    Duration spent = Duration.ofNanos(services.timers().nanoTime() - since);
    Duration left = settings.get(ImapParams.LOGIN_TOTAL_TIMEOUT).minus(spent);
    Duration step = settings.get(ImapParams.LOGIN_TIMEOUT);
    if (left.isNegative() || left.isZero()) {
      timedOut();
      close();
    } else {
      connection.deadline(left.compareTo(step) < 0 ? left : step);
    }
  }

  void timedOut() {
    if (host.isLoggedIn() && isWithinCommand()) {
      return; // it may take what it hears for the answer
    }
    lastWords(
        "",
        host.isLoggedIn()
            ? "Disconnected for inactivity."
            : "Disconnected for inactivity during authentication.");
  }

  /** What a client hears before its connection is closed. */
  void lastWords(String code, String text) {
    new Responder(writer, "*").bye(code, text);
    writer.rest();
  }

  /** Whether the client has said a part of a command only. */
  private boolean isWithinCommand() {
    Conversation talk = conversation;
    return host.hasBegunCommand() || talk != null && talk.isWithinCommand();
  }

  void close() {
    after = After.CLOSED;
    host.leave(); // before the client hears it: who logs out and in again at once is not one more
    writer.rest();
    connection.close();
  }

  // --- conversations ---

  /** The client's lines go here from now on. */
  void begin(Conversation talk) {
    conversation = talk;
  }

  /** Where the client's lines go; null: they are commands. */
  @Nullable Conversation conversation() {
    return conversation;
  }

  boolean isWithinConversation() {
    return conversation != null;
  }

  void endConversation() {
    Conversation talk = conversation;
    conversation = null;
    if (talk != null) {
      talk.ended();
      connection.lineLimit(lineLimit());
    }
  }

  /** The selected mailbox has changed; from any thread. */
  void tellOfChange() {
    Conversation talk = conversation;
    if (talk != null) {
      talk.changed();
    }
  }

  /** Octets of the client's come next, which it has announced, and then a line. */
  Completion receive(
      long length, Intake intake, int most, Responder out, Function<Line, Completion> then) {
    conversation = new Receiving(this, connection, length, intake, most, out, then);
    return Completion.later();
  }

  // --- the command that runs ---

  void runs(Frame frame) {
    running = frame;
  }

  Frame running() {
    Frame run = running;
    if (run == null) {
      throw new IllegalStateException("no command runs");
    }
    return run;
  }
}
