package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that says exactly what it is told to, octet for octet. */
final class Talk implements AutoCloseable {
  private Socket socket;
  private InputStream in;

  Talk(InetSocketAddress server) {
    try {
      socket = new Socket(server.getAddress(), server.getPort());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Connects, takes the greeting and says EHLO. */
  static Talk greeted(InetSocketAddress server) {
    Talk talk = new Talk(server);
    talk.reply();
    talk.ask("EHLO client.example");
    return talk;
  }

  /** Sends octets as they are. */
  Talk raw(String octets) {
    try {
      socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Sends a line. */
  Talk line(String line) {
    return raw(new String((line + "\r\n").getBytes(UTF_8), ISO_8859_1));
  }

  /** Sends a line and takes the answer. */
  String ask(String line) {
    return line(line).reply();
  }

  /** One reply, its lines joined by LF; empty at the end of the connection. */
  String reply() {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = readLine();
      if (line.isEmpty()) {
        return String.join("\n", lines);
      }
      lines.add(line);
      if (line.length() < 4 || line.charAt(3) != '-') {
        return String.join("\n", lines);
      }
    }
  }

  /** Whether the server has closed and nothing more came. */
  boolean isOver() {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** MAIL, RCPT and DATA; the content comes next. */
  Talk toData(String from, String to) {
    ask("MAIL FROM:<" + from + ">");
    ask("RCPT TO:<" + to + ">");
    ask("DATA");
    return this;
  }

  /** Goes on under TLS. */
  Talk tls(SSLContext context) {
    try {
      SSLSocket secure =
          (SSLSocket)
              context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
      secure.startHandshake();
      socket = secure;
      in = new BufferedInputStream(secure.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** One line of a reply. */
  String oneLine() {
    return readLine();
  }

  private String readLine() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int octet;
      while ((octet = in.read()) >= 0 && octet != '\n') {
        line.write(octet);
      }
      String text = line.toString(ISO_8859_1);
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
