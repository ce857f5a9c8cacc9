package org.postroom.imap.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.Staging;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Line;

/**
 * The lines and literals of one command as far as they have come, so that no thread waits for the
 * rest: where something is missing, {@link MoreNeeded} is thrown, and when it has come the command
 * is read again from its beginning. Reading a command has no effect but its invitations to send
 * literals, and those are sent once.
 *
 * <p>Holds no more than a command may have ({@link ReaderLimits}); long literals lie in the staging
 * area.
 */
public final class CommandInput {
  /** A command that comes in ever so many pieces is not read ever so often. */
  private static final long MOST_AGAIN = 32;

  private final Connection connection;
  private final Staging staging;
  private final ReaderLimits limits;

  /** Lines and literals, in the order in which they came. */
  private final List<Object> read = new ArrayList<>(2);

  private @Nullable GatheredLiteral literal;
  private int next;
  private int invited = -1;
  private long octets;
  private long again;
  private boolean waited;

  /** The rest of the command is still to come. */
  public static final class MoreNeeded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MoreNeeded() {
      super(null, null, false, false);
    }
  }

  public CommandInput(Connection connection, Staging staging, ReaderLimits limits) {
    this.connection = connection;
    this.staging = staging;
    this.limits = limits;
  }

  /** Begins again. */
  public void rewind() {
    again += octets;
    next = 0;
  }

  /** How many octets are kept for being read again. */
  public int kept() {
    return (int) Math.min(Integer.MAX_VALUE, octets);
  }

  /** Whether what comes can be taken without waiting for a disk. */
  public boolean takesAtOnce() {
    return literal != null && literal.takesAtOnce(connection.in());
  }

  /** Takes what has come; returns whether the command can be read further. */
  public boolean arrive() {
    return literal == null || literal.take(connection.in());
  }

  /** Whether the literal that comes next is asked for the first time. */
  boolean invites() {
    if (next < read.size() || invited == next) {
      return false;
    }
    invited = next;
    return true;
  }

  Line line(int limit) {
    if (next < read.size()) {
      return (Line) read.get(next++);
    }
    Input in = connection.in();
    if (!in.hasLine(limit)) {
      connection.lineLimit(limit);
      waited = true;
      throw new MoreNeeded();
    }
    Line line = in.readLine(limit);
    octets += line.octets().length;
    read.add(line);
    next++;
    return line;
  }

  byte[] literal(int length) {
    if (next < read.size()) {
      return ((GatheredLiteral) read.get(next++)).octets();
    }
    if (literal == null) {
      if (again > MOST_AGAIN * limits.line()) {
        throw BadCommand.last("Too many literals");
      }
      literal = new GatheredLiteral(length, staging);
    }
    GatheredLiteral whole = literal;
    if (!whole.take(connection.in())) {
      connection.awaitOctets();
      waited = true;
      throw new MoreNeeded();
    }
    literal = null;
    octets += length;
    read.add(whole);
    next++;
    return whole.octets();
  }

  /** Forgets everything; returns whether the connection was told what the command waits for. */
  public boolean close() {
    if (literal != null) {
      literal.close();
    }
    for (Object piece : read) {
      if (piece instanceof GatheredLiteral staged) {
        staged.close();
      }
    }
    return waited;
  }
}
