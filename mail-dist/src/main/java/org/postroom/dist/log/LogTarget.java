package org.postroom.dist.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;

/** Where lines go. */
interface LogTarget extends AutoCloseable {

  void write(Level level, String line) throws IOException;

  @Override
  void close() throws IOException;

  /** A stream that stays the caller's, as it is when a line is written. */
  static LogTarget to(Supplier<? extends OutputStream> stream) {
    return new LogTarget() {
      @Override
      public void write(Level level, String line) throws IOException {
        OutputStream out = stream.get();
        out.write(line.getBytes(UTF_8));
        out.flush();
      }

      @Override
      public void close() {}
    };
  }

  /** systemd's journal, behind a stream: it hears how much each line matters. */
  static LogTarget journal(Supplier<? extends OutputStream> stream) {
    LogTarget lines = to(stream);
    return new LogTarget() {
      @Override
      public void write(Level level, String line) throws IOException {
        lines.write(level, Journal.ranked(Severity.of(level), line));
      }

      @Override
      public void close() {}
    };
  }

  /** Behind what is in the file already. */
  static LogTarget file(Path path) throws IOException {
    OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new LogTarget() {
      @Override
      public void write(Level level, String line) throws IOException {
        out.write(line.getBytes(UTF_8));
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /**
   * A syslog daemon (RFC 3164): one datagram a line.
   *
   * @param facility its number
   */
  static LogTarget syslog(InetAddress host, int port, int facility) throws IOException {
    DatagramSocket socket = new DatagramSocket();
    return new LogTarget() {
      @Override
      public void write(Level level, String line) throws IOException {
        byte[] octets =
            ("<" + (facility * 8 + Severity.of(level)) + ">" + line.strip()).getBytes(UTF_8);
        socket.send(new DatagramPacket(octets, octets.length, host, port));
      }

      @Override
      public void close() {
        socket.close();
      }
    };
  }
}
