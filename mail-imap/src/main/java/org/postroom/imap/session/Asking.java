package org.postroom.imap.session;

import java.util.function.Function;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.Responder;

/** A command that waits for one more line (AUTHENTICATE). */
final class Asking implements Conversation {
  private final Turns turns;
  private final Connection connection;
  private final int most;
  private final Responder out;
  private final Function<Line, Completion> next;

  Asking(
      Turns turns,
      Connection connection,
      int most,
      Responder out,
      Function<Line, Completion> next) {
    this.turns = turns;
    this.connection = connection;
    this.most = most;
    this.out = out;
    this.next = next;
  }

  @Override
  public void line() {
    Line line = connection.in().readLine(most);
    turns.endConversation();
    turns.turn(() -> next.apply(line), out);
  }

  @Override
  public void changed() {}

  @Override
  public void ended() {}
}
