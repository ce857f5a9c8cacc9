package org.postroom.dist.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Where lines go. */
interface LogTarget extends AutoCloseable {

  /**
   * A line, or several that belong together.
   *
   * @param severity by the numbers of syslog
   * @param text with its end
   */
  record Line(int severity, String text) {}

  void write(List<Line> lines) throws IOException;

  @Override
  void close() throws IOException;

  /** A stream that stays the caller's, as it is when a line is written. */
  static LogTarget to(Supplier<? extends OutputStream> stream) {
    return new LogTarget() {
      @Override
      public void write(List<Line> lines) throws IOException {
        OutputStream out = stream.get();
        out.write(together(lines, Line::text));
        out.flush();
      }

      @Override
      public void close() {}
    };
  }

  /** systemd's journal, behind a stream: it hears how much each line matters. */
  static LogTarget journal(Supplier<? extends OutputStream> stream) {
    return new LogTarget() {
      @Override
      public void write(List<Line> lines) throws IOException {
        OutputStream out = stream.get();
        out.write(together(lines, one -> Journal.ranked(one.severity(), one.text())));
        out.flush();
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
      public void write(List<Line> lines) throws IOException {
        out.write(together(lines, Line::text));
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /**
   * A syslog daemon (RFC 3164): one datagram a line. One that cannot be sent is no other's matter.
   *
   * @param facility its number
   */
  static LogTarget syslog(InetAddress host, int port, int facility) throws IOException {
    DatagramSocket socket = new DatagramSocket();
    return new LogTarget() {
      @Override
      public void write(List<Line> lines) throws IOException {
        IOException unsent = null;
        for (Line one : lines) {
          int priority = facility * 8 + one.severity();
          byte[] octets = ("<" + priority + ">" + one.text().strip()).getBytes(UTF_8);
          try {
            socket.send(new DatagramPacket(octets, octets.length, host, port));
          } catch (IOException e) {
            unsent = e; // one that is too long, say
          }
        }
        if (unsent != null) {
          throw unsent;
        }
      }

      @Override
      public void close() {
        socket.close();
      }
    };
  }

  private static byte[] together(List<Line> lines, Function<Line, String> form) {
    return lines.stream().map(form).collect(Collectors.joining()).getBytes(UTF_8);
  }
}
