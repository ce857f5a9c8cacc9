package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the committer's transactions change, as statements with their values: kept in the journal of
 * a data folder until the database's own file has it, and done again from there after a crash
 * ({@link Redo}).
 *
 * <p>Octets: transactions one after the other, each a length (4), a number (8) and its statements;
 * a statement is its text (length 4), how many rows follow (4), how many values a row has (4), and
 * the values, each with a letter for its type. Every value is in it, so that doing it again gives
 * the same rows.
 */
final class Changes {
  static final int TRANSACTION_HEADER = 12;

  /** A buffer that has grown beyond this is not kept. */
  private static final int KEPT = 1 << 20;

  private ByteBuffer octets = ByteBuffer.allocate(16 * 1024).position(TRANSACTION_HEADER);

  /** Where the transaction begins that is not ended. */
  private int open;

  /** Whether the running transaction has changed anything. */
  boolean inTransaction() {
    return octets.position() > open + TRANSACTION_HEADER;
  }

  /** Octets of the transactions that were ended and not taken. */
  int size() {
    return open;
  }

  /** Whether there are transactions that were ended and not taken. */
  boolean isEmpty() {
    return open == 0;
  }

  /** The running transaction is to be committed. */
  void end(long number) {
    octets.putInt(open, octets.position() - open).putLong(open + 4, number);
    open = octets.position();
    room(TRANSACTION_HEADER).position(open + TRANSACTION_HEADER);
  }

  /** The running transaction has not happened. */
  void forget() {
    octets.position(open + TRANSACTION_HEADER);
  }

  /** The transactions that were ended; they are no longer here. */
  byte[] take() {
    byte[] taken = Arrays.copyOf(octets.array(), open);
    octets = withRoom(emptied(octets), TRANSACTION_HEADER).position(TRANSACTION_HEADER);
    open = 0;
    return taken;
  }

  /** Rows that a statement has been run with. */
  void add(byte[] sql, int rows, int valuesARow, ByteBuffer values) {
    room(12 + sql.length + values.remaining());
    octets.putInt(sql.length).put(sql).putInt(rows).putInt(valuesARow).put(values);
  }

  private ByteBuffer room(int count) {
    octets = withRoom(octets, count);
    return octets;
  }

  private static ByteBuffer withRoom(ByteBuffer buffer, int count) {
    if (buffer.remaining() >= count) {
      return buffer;
    }
    int wanted = Math.max(buffer.capacity() * 2, buffer.position() + count);
    return ByteBuffer.allocate(wanted).put(buffer.flip());
  }

  static ByteBuffer emptied(ByteBuffer buffer) {
    return buffer.capacity() > KEPT ? ByteBuffer.allocate(0) : buffer.clear();
  }

  /** Appends a row's values; returns the buffer to go on with. */
  static ByteBuffer write(ByteBuffer target, @Nullable Object[] values, int count) {
    ByteBuffer out = target;
    for (int i = 0; i < count; i++) {
      Object value = values[i];
      byte[] octets =
          value instanceof byte[] bytes
              ? bytes
              : value instanceof String text ? text.getBytes(UTF_8) : new byte[0];
      out = withRoom(out, 9 + octets.length);
      if (value == null) {
        out.put((byte) 'N');
      } else if (value instanceof Long number) {
        out.put((byte) 'L').putLong(number);
      } else if (value instanceof Integer number) {
        out.put((byte) 'I').putInt(number);
      } else if (value instanceof Boolean bool) {
        out.put((byte) (bool ? 'T' : 'F'));
      } else {
        out.put((byte) (value instanceof String ? 'S' : 'B')).putInt(octets.length).put(octets);
      }
    }
    return out;
  }
}
