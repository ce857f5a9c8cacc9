package org.postroom.core.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** The client's end of a connection, blocking, for tests. What waits too long fails the test. */
public interface Peer extends AutoCloseable {

  /** Sends octets at once. */
  void send(byte[] octets);

  /** Sends text (UTF-8) at once, as it stands. */
  default void send(String text) {
    send(text.getBytes(UTF_8));
  }

  /**
   * The next octet, or -1 when the server has ended the connection.
   *
   * @throws AssertionError when nothing comes for ten seconds
   */
  int read();

  /** The next line without its CRLF, or null when the server has ended the connection. */
  default String readLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = read();
      if (octet < 0) {
        return line.size() == 0 ? null : line.toString(UTF_8);
      }
      if (octet == '\n') {
        String text = line.toString(UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(octet);
    }
  }

  /** All that comes until the server ends the connection. */
  default String readAll() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int octet = read(); octet >= 0; octet = read()) {
      all.write(octet);
    }
    return all.toString(UTF_8);
  }

  /** Ends the connection. */
  @Override
  void close();
}
