package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A client that speaks lines. */
final class ImapClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private int tags;

  ImapClient(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(30_000);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(String octets) {
    try {
      socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next line without CRLF; literals stay in it as they come, with their line ends. */
  String line() {
    StringBuilder line = new StringBuilder();
    try {
      while (true) {
        int c = in.read();
        if (c < 0) {
          return line.append("<closed>").toString();
        }
        if (c == '\n') {
          line.setLength(line.length() - 1);
          int brace = line.lastIndexOf("{");
          if (line.length() == 0 || line.charAt(line.length() - 1) != '}' || brace < 0) {
            return line.toString();
          }
          int length = Integer.parseInt(line.substring(brace + 1, line.length() - 1));
          line.append("\r\n").append(new String(in.readNBytes(length), ISO_8859_1));
        } else {
          line.append((char) c);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a command and returns all lines of its answer, the tagged one without its tag. */
  List<String> command(String command) {
    String tag = "t" + ++tags;
    send(tag + " " + command + "\r\n");
    return answer(tag);
  }

  List<String> answer(String tag) {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line();
      if (line.startsWith(tag + " ")) {
        lines.add(line.substring(tag.length() + 1));
        return lines;
      }
      lines.add(line);
      if (line.endsWith("<closed>")) {
        return lines;
      }
    }
  }

  /** The untagged lines of a command that must succeed. */
  List<String> ok(String command) {
    List<String> lines = command(command);
    assertThat(lines.get(lines.size() - 1)).as(command).startsWith("OK");
    return lines.subList(0, lines.size() - 1);
  }

  /** The tagged line of a command. */
  String end(String command) {
    List<String> lines = command(command);
    return lines.get(lines.size() - 1);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
