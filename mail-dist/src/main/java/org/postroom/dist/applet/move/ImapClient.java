package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Base64;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.postroom.core.secret.Secret;

/** A conversation with a server that speaks IMAP4rev1 (RFC 3501), one command after the other. */
final class ImapClient implements AutoCloseable {
  private static final int TO_CONNECT = 30_000;
  private static final int TO_ANSWER = 300_000;

  private Socket socket;
  private ImapReader in;
  private int commands;

  private ImapClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new ImapReader(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
  }

  /**
   * Logs in.
   *
   * @param factory makes connections with TLS
   * @throws Trouble when the server refuses, or has no TLS and is not on this machine
   */
  static ImapClient open(ImapPlace place, Secret password, SSLSocketFactory factory)
      throws IOException, Trouble {
    Socket plain = new Socket();
    ImapClient client = null;
    try {
      plain.connect(new InetSocketAddress(place.host(), place.port()), TO_CONNECT);
      plain.setSoTimeout(TO_ANSWER);
      client = new ImapClient(place.tls() ? secured(plain, place, factory) : plain);
      ImapReader.Response greeting = client.in.read();
      if (!greeting.word().equals("OK") && !greeting.word().equals("PREAUTH")) {
        throw new Trouble("the server says " + greeting.word() + " " + greeting.text());
      }
      if (!place.tls() && !plain.getInetAddress().isLoopbackAddress()) {
        client.command("STARTTLS", one -> {});
        client.become(secured(plain, place, factory));
      }
      if (greeting.word().equals("OK")) {
        client.logIn(place.user(), password);
      }
      ImapClient open = client;
      client = null;
      return open;
    } finally {
      if (client != null) {
        client.close();
      }
    }
  }

  private static SSLSocket secured(Socket plain, ImapPlace place, SSLSocketFactory factory)
      throws IOException {
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, place.host(), place.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private void become(Socket other) throws IOException {
    socket = other;
    in = new ImapReader(new BufferedInputStream(other.getInputStream(), 64 * 1024));
  }

  /** RFC 4616 in the form that needs no SASL-IR. */
  private void logIn(String user, Secret password) throws IOException, Trouble {
    send("a" + ++commands + " AUTHENTICATE PLAIN");
    ImapReader.Response said = answer(one -> {});
    if (said.tag().equals("+")) {
      String words = "\0" + user + "\0" + password.reveal();
      send(Base64.getEncoder().encodeToString(words.getBytes(UTF_8)));
      said = answer(one -> {});
    }
    check("log-in as " + user, said);
  }

  private void send(String line) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((line + "\r\n").getBytes(UTF_8));
    out.flush();
  }

  /** Reads up to what ends a command, or asks for more. */
  private ImapReader.Response answer(Consumer<ImapReader.Response> untagged) throws IOException {
    while (true) {
      ImapReader.Response said = in.read();
      if (!said.tag().equals("*")) {
        return said;
      }
      if (said.word().equals("BYE")) {
        throw new IOException("the server says BYE " + said.text());
      }
      untagged.accept(said);
    }
  }

  private static void check(String what, ImapReader.Response said) throws Trouble {
    if (!said.word().equals("OK")) {
      throw new Trouble(what + ": the server says " + said.word() + " " + said.text());
    }
  }

  /**
   * Has a command done.
   *
   * @param untagged sees what the server says meanwhile
   * @throws Trouble when it is refused
   */
  void command(String command, Consumer<ImapReader.Response> untagged) throws IOException, Trouble {
    send("a" + ++commands + " " + command);
    check(command, answer(untagged));
  }

  /** As a name is written in a command. */
  static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
