package org.postroom.core.session;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;

/**
 * A conversation in lines, turn by turn, whatever is said in it: what the client's next octets are
 * (a command, the answer to a question, content), what a turn on the event loop leaves to a worker,
 * what is said later, and how often the client was wrong. For protocols whose commands are a line
 * each; IMAP's are not, so that it has turns of its own.
 *
 * <p>Belongs to its session, which calls it in its turns only.
 */
public final class Dialogue {
  private final Connection connection;
  private final int commandLimit;
  private final Speaker speaker;
  private Next next = Next.COMMAND;
  private boolean onEventLoop;
  private boolean turnOver;
  private boolean ended;
  private int errors;

  /**
   * Begins with a command.
   *
   * @param commandLimit octets that a line with a command may have
   */
  public Dialogue(Connection connection, int commandLimit, Speaker speaker) {
    this.connection = connection;
    this.commandLimit = commandLimit;
    this.speaker = speaker;
  }

  /** Whose dialogue it is. */
  public interface Speaker {

    /** A line has come that is a command; what it throws goes to {@link #failed}. */
    void command(Line line);

    /** Part of a command has thrown this: the one place where that becomes an answer. */
    void failed(RuntimeException failure);

    /** Content cannot be taken. What is left of it must never be taken for commands: it ends. */
    default void cannotTake(RuntimeException failure) {
      throw failure;
    }
  }

  /** What comes next. */
  private sealed interface Next {
    Command COMMAND = new Command();

    record Command() implements Next {}

    record Answer(int limit, Consumer<Line> taker) implements Next {}

    /** Nothing of the client's: a command that the event loop has left to a worker. */
    record Rest(Runnable rest) implements Next {}

    record Content(Arrival arrival, Runnable whenWhole) implements Next {}

    /** Content is whole, and what follows on it is a worker's. */
    record Whole(Runnable then) implements Next {}
  }

  /** On a worker: does what is next. */
  public void next() {
    turnOver = false;
    Next now = next;
    if (now instanceof Next.Content content) {
      take(content, false);
      now = next;
    }
    if (now instanceof Next.Content || ended) {
      return;
    }
    next = Next.COMMAND;
    if (now instanceof Next.Rest left) {
      guarded(left.rest());
    } else if (now instanceof Next.Whole whole) {
      connection.lineLimit(commandLimit);
      guarded(whole.then());
    } else if (now instanceof Next.Answer answer) {
      Line line = connection.in().readLine(answer.limit());
      connection.lineLimit(commandLimit);
      guarded(() -> answer.taker().accept(line));
    } else {
      command();
    }
  }

  /**
   * On the event loop: the same, as far as nothing is waited for.
   *
   * @return whether it is done; if not, {@link #next} does the rest
   */
  public boolean atOnce() {
    turnOver = false;
    if (next instanceof Next.Content content) {
      return take(content, true);
    }
    if (!(next instanceof Next.Command)) {
      return false;
    }
    onEventLoop = true;
    try {
      command();
    } finally {
      onEventLoop = false;
    }
    return !(next instanceof Next.Rest);
  }

  private void command() {
    guarded(() -> speaker.command(connection.in().readLine(commandLimit)));
  }

  /** Takes what has come; false where the rest of it is a worker's. */
  private boolean take(Next.Content content, boolean onlyAtOnce) {
    try {
      while (!connection.in().isEmpty()) {
        ByteBuffer octets = connection.in().available();
        if (onlyAtOnce && !content.arrival().takesAtOnce(octets.remaining())) {
          return false;
        }
        if (!content.arrival().take(octets)) {
          next = new Next.Whole(content.whenWhole());
          return false;
        }
      }
    } catch (WireFault e) {
      throw e;
    } catch (RuntimeException e) {
      speaker.cannotTake(e);
    }
    return true;
  }

  /** Does part of a command; what it throws goes to the speaker. */
  public void guarded(Runnable part) {
    try {
      part.run();
    } catch (WireFault e) {
      throw e;
    } catch (RuntimeException e) {
      speaker.failed(e);
    }
  }

  /** Whether what comes next is there, so that this turn may go on with it. */
  public boolean hasNext() {
    if (turnOver || ended) {
      return false;
    }
    if (next instanceof Next.Content) {
      return !connection.in().isEmpty();
    }
    return connection.in().hasLine(next instanceof Next.Answer a ? a.limit() : commandLimit);
  }

  /** Whether content comes next, or has just come to its end. */
  public boolean isReceiving() {
    return next instanceof Next.Content || next instanceof Next.Whole;
  }

  /** Leaves the rest of a command to a worker, where it may wait; runs it where it is one. */
  public void onWorker(Runnable rest) {
    if (onEventLoop) {
      next = new Next.Rest(rest);
    } else {
      rest.run();
    }
  }

  /**
   * The client's next line is an answer.
   *
   * @param limit octets that it may have
   */
  public void ask(int limit, Consumer<Line> taker) {
    next = new Next.Answer(limit, taker);
    connection.lineLimit(limit);
  }

  /** The client's next octets are content; what follows on its end runs on a worker. */
  public void receive(Arrival arrival, Runnable whenWhole) {
    next = new Next.Content(arrival, whenWhole);
    connection.awaitOctets();
  }

  /** Goes on with {@code task} after {@code delay}; nothing is read before. Holds no thread. */
  public void later(Duration delay, Runnable task) {
    turnOver = true;
    connection.hold(delay);
    connection.execute(() -> guarded(task));
  }

  /** Goes on with {@code then} when {@code answer} is there: now, or after a pause. */
  public void await(CompletableFuture<?> answer, Runnable then) {
    if (answer.isDone()) {
      then.run();
      return;
    }
    pause();
    connection.suspend();
    CompletableFuture<?> unused =
        answer.whenComplete((known, trouble) -> connection.resume(() -> goOn(then)));
  }

  /**
   * The command waits for something that will wake the session; what the client sends waits too.
   */
  public void pause() {
    turnOver = true;
    connection.out().flush();
  }

  /** The rest of a command that the session has paused in, as a turn of its own. */
  public void goOn(Runnable rest) {
    guarded(rest);
    if (!ended) {
      connection.out().flush();
    }
  }

  /** The client was wrong once more; gives how often it was. */
  public int erred() {
    return ++errors;
  }

  /** How often the client was wrong since it was last {@linkplain #forgive forgiven}. */
  public int errors() {
    return errors;
  }

  /** The client has done something right. */
  public void forgive() {
    errors = 0;
  }

  /** The turn does no more: what follows is said elsewhere. */
  public void endTurn() {
    turnOver = true;
  }

  /** All is said: what was written leaves, and the connection is closed. */
  public void end() {
    ended = true;
    connection.close();
  }

  /** The connection is gone, whoever has ended it. */
  public void gone() {
    ended = true;
  }

  public boolean isEnded() {
    return ended;
  }
}
