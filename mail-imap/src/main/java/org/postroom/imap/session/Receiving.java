package org.postroom.imap.session;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.Responder;

/**
 * Octets that a command has announced, and the line behind them: taken turn by turn as they come,
 * on the event loop where no disk is waited for.
 */
final class Receiving implements Conversation {
  private final Turns turns;
  private final Connection connection;
  private final Intake intake;
  private final int most;
  private final Responder out;
  private final Function<Line, Completion> next;
  private long left;
  private boolean whole;

  /**
   * Begins to receive.
   *
   * @param most octets of the line behind
   */
  Receiving(
      Turns turns,
      Connection connection,
      long length,
      Intake intake,
      int most,
      Responder out,
      Function<Line, Completion> next) {
    this.turns = turns;
    this.connection = connection;
    this.left = length;
    this.intake = intake;
    this.most = most;
    this.out = out;
    this.next = next;
    if (length > 0) {
      connection.awaitOctets();
    } else {
      connection.lineLimit(most);
    }
  }

  @Override
  public boolean isWithinCommand() {
    return true;
  }

  @Override
  public boolean atOnce() {
    int there = (int) Math.min(left, connection.in().available().remaining());
    if (there == left || !intake.takesAtOnce(there)) {
      return false;
    }
    take();
    turns.awaitNext();
    return true;
  }

  @Override
  public void line() {
    if (left > 0) {
      take();
      if (left > 0) {
        turns.awaitNext();
        return;
      }
      connection.lineLimit(most);
    }
    if (!connection.in().hasLine(most)) {
      turns.awaitNext();
      return;
    }
    Line behind = connection.in().readLine(most);
    whole = true;
    turns.endConversation();
    turns.turn(() -> next.apply(behind), out);
  }

  private void take() {
    Input in = connection.in();
    while (left > 0 && !in.isEmpty()) {
      ByteBuffer there = in.available();
      int limit = there.limit();
      int step = (int) Math.min(left, there.remaining());
      there.limit(there.position() + step);
      intake.take(there);
      there.limit(limit);
      left -= step;
    }
  }

  @Override
  public void changed() {}

  @Override
  public void ended() {
    if (!whole) {
      intake.cut();
    }
  }
}
