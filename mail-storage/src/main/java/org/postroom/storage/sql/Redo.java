package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;

/**
 * Does the transactions of {@link Changes} again that a database lacks, each committed on its own.
 * They are read as they are done, a value at a time: so however long a transaction is, and however
 * many there are, it takes the memory of a few rows.
 */
final class Redo implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** Rows of a statement are run together until their values have so many octets. */
  private static final int TOGETHER = 1 << 18;

  private final Connection connection;
  private final PreparedStatement setNumber;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private long last;
  private DataInputStream in = new DataInputStream(InputStream.nullInputStream());

  /** Octets of the running transaction that were not read. */
  private long left;

  /** Hears of each transaction that was done again and committed. */
  interface Progress {
    /**
     * Called between two transactions.
     *
     * @param octets of the one that was committed
     */
    void committed(long octets) throws SQLException;
  }

  /**
   * For a connection that does not commit by itself.
   *
   * @param last the number of the last transaction that is there
   * @param setNumber notes the number within its transaction
   */
  Redo(Connection connection, long last, PreparedStatement setNumber) {
    this.connection = connection;
    this.last = last;
    this.setNumber = setNumber;
  }

  /** The number of the last transaction that is there now. */
  long last() {
    return last;
  }

  /**
   * Does those that are not there yet.
   *
   * @param length how many octets of transactions there are to read
   * @throws IOException when they cannot be read, or are not what was written
   */
  void run(InputStream transactions, long length, Progress progress)
      throws IOException, SQLException {
    in = new DataInputStream(new BufferedInputStream(transactions, BUFFER));
    for (long rest = length; rest > 0; ) {
      int octets = in.readInt();
      long number = in.readLong();
      if (octets < Changes.TRANSACTION_HEADER || octets > rest) {
        throw damaged("a transaction of " + octets + " octets");
      }
      rest -= octets;
      left = (long) octets - Changes.TRANSACTION_HEADER;
      if (number > last) {
        transaction(number);
        progress.committed(octets);
      } else {
        in.skipNBytes(left);
      }
    }
  }

  private void transaction(long number) throws IOException, SQLException {
    while (left > 0) {
      statement();
    }
    setNumber.setString(1, Long.toString(number));
    setNumber.executeUpdate();
    connection.commit();
    last = number;
  }

  private void statement() throws IOException, SQLException {
    PreparedStatement statement = prepared(text());
    int rows = number();
    int values = number();
    long waiting = 0;
    for (int row = 1; row <= rows; row++) {
      long before = left;
      for (int i = 1; i <= values; i++) {
        value(statement, i);
      }
      statement.addBatch();
      waiting += before - left;
      if (row == rows || waiting > TOGETHER) {
        statement.executeBatch();
        waiting = 0;
      }
    }
    statement.clearParameters(); // the last row's values go
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }

  private void value(PreparedStatement statement, int index) throws IOException, SQLException {
    take(1);
    byte type = in.readByte();
    switch (type) {
      case 'N' -> statement.setNull(index, Types.NULL);
      case 'L' -> {
        take(8);
        statement.setLong(index, in.readLong());
      }
      case 'I' -> statement.setInt(index, number());
      case 'T' -> statement.setBoolean(index, true);
      case 'F' -> statement.setBoolean(index, false);
      case 'S' -> statement.setString(index, text());
      case 'B' -> statement.setBytes(index, octets());
      default -> throw damaged("a value of type " + type);
    }
  }

  private String text() throws IOException {
    return new String(octets(), UTF_8);
  }

  private byte[] octets() throws IOException {
    int length = number();
    take(length);
    byte[] octets = new byte[length];
    in.readFully(octets);
    return octets;
  }

  private int number() throws IOException {
    take(4);
    return in.readInt();
  }

  /** So many octets of the transaction are about to be read. */
  private void take(int octets) throws IOException {
    if (octets < 0 || octets > left) {
      throw damaged(octets + " octets where " + left + " are left of a transaction");
    }
    left -= octets;
  }

  private static IOException damaged(String what) {
    return new IOException(what + " in the journal");
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
  }
}
