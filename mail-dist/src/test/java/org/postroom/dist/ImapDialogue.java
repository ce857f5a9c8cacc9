package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client's side of IMAP on a plain socket. */
final class ImapDialogue implements AutoCloseable {
  private static final Pattern LITERAL = Pattern.compile("\\{(\\d+)}$");
  private static final Pattern UID = Pattern.compile("UID (\\d+)");
  private static final Pattern SIZE = Pattern.compile("RFC822\\.SIZE (\\d+)");
  private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private int tags;

  private ImapDialogue(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
  }

  /** Connects. */
  static ImapDialogue open(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      ImapDialogue dialogue = new ImapDialogue(socket);
      SmtpDialogue.line(dialogue.in);
      return dialogue;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Connects and logs in. */
  static ImapDialogue open(int port, String account) throws IOException {
    ImapDialogue dialogue = open(port);
    dialogue.ok("LOGIN " + account + " \"" + Site.PASSWORD + "\"");
    return dialogue;
  }

  /** A message as FETCH gave it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Fetched(long uid, long size, String flags, byte[] octets) {}

  /** Says a command that must end well; gives the tagged line. */
  String ok(String command) throws IOException {
    String end = say(command, line -> {});
    assertThat(end).as(command).startsWith("OK");
    return end;
  }

  /**
   * Says a command; untagged lines (without literals) go to the consumer; gives what the tagged
   * line says.
   */
  String say(String command, Consumer<String> untagged) throws IOException {
    String tag = "t" + ++tags;
    out.write((tag + " " + command + "\r\n").getBytes(ISO_8859_1));
    out.flush();
    return end(tag, untagged);
  }

  /** Says a line and waits for no answer but one line. */
  String sayForOneLine(String command) throws IOException {
    out.write(("t" + ++tags + " " + command + "\r\n").getBytes(ISO_8859_1));
    out.flush();
    return SmtpDialogue.line(in);
  }

  /** One line that comes by itself. */
  String line() throws IOException {
    return SmtpDialogue.line(in);
  }

  private String end(String tag, Consumer<String> untagged) throws IOException {
    while (true) {
      String line = SmtpDialogue.line(in);
      if (line.startsWith(tag + " ")) {
        return line.substring(tag.length() + 1);
      }
      Matcher literal = LITERAL.matcher(line);
      if (literal.find()) {
        in.skipNBytes(Long.parseLong(literal.group(1)));
      }
      untagged.accept(line);
    }
  }

  /** Appends with a synchronising literal; gives what the tagged line says. */
  String append(String mailbox, byte[] message) throws IOException {
    String tag = "t" + ++tags;
    out.write((tag + " APPEND " + mailbox + " {" + message.length + "}\r\n").getBytes(ISO_8859_1));
    out.flush();
    String go = SmtpDialogue.line(in);
    while (go.startsWith("* ")) {
      go = SmtpDialogue.line(in);
    }
    if (!go.startsWith("+")) {
      return go.substring(go.indexOf(' ') + 1);
    }
    out.write(message);
    out.write("\r\n".getBytes(ISO_8859_1));
    out.flush();
    return end(tag, line -> {});
  }

  /** Appends many in one command, without waiting in between; gives what the tagged line says. */
  String appendAll(String mailbox, List<byte[]> messages) throws IOException {
    String tag = "t" + ++tags;
    out.write((tag + " APPEND " + mailbox).getBytes(ISO_8859_1));
    for (byte[] message : messages) {
      out.write((" {" + message.length + "+}\r\n").getBytes(ISO_8859_1));
      out.write(message);
    }
    out.write("\r\n".getBytes(ISO_8859_1));
    out.flush();
    return end(tag, line -> {});
  }

  /** Fetches one message of the selected mailbox, of whatever length, into a stream. */
  void fetch(int sequence, OutputStream target) throws IOException {
    String tag = "t" + ++tags;
    out.write((tag + " FETCH " + sequence + " (BODY.PEEK[])\r\n").getBytes(ISO_8859_1));
    out.flush();
    String line = SmtpDialogue.line(in);
    Matcher literal = LITERAL.matcher(line);
    while (!literal.find()) {
      // What other sessions did is told first: POP3 marks as seen what it gave.
      assertThat(line).startsWith("* ");
      line = SmtpDialogue.line(in);
      literal = LITERAL.matcher(line);
    }
    byte[] chunk = new byte[64 * 1024];
    for (long left = Long.parseLong(literal.group(1)); left > 0; ) {
      int count = in.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (count < 0) {
        throw new EOFException("the server closed the connection");
      }
      target.write(chunk, 0, count);
      left -= count;
    }
    assertThat(end(tag, untagged -> {})).startsWith("OK");
  }

  /** Fetches whole messages of the selected mailbox, one after the other. */
  void fetch(String set, Consumer<Fetched> consumer) throws IOException {
    String tag = "t" + ++tags;
    out.write(
        (tag + " FETCH " + set + " (UID FLAGS RFC822.SIZE BODY.PEEK[])\r\n").getBytes(ISO_8859_1));
    out.flush();
    while (true) {
      String line = SmtpDialogue.line(in);
      if (line.startsWith(tag + " ")) {
        assertThat(line).contains(" OK ");
        return;
      }
      Matcher literal = LITERAL.matcher(line);
      if (!literal.find()) {
        continue;
      }
      byte[] octets = in.readNBytes(Integer.parseInt(literal.group(1)));
      String rest = SmtpDialogue.line(in);
      String items = line + rest;
      consumer.accept(
          new Fetched(
              Long.parseLong(first(UID, items)),
              Long.parseLong(first(SIZE, items)),
              first(FLAGS, items),
              octets));
    }
  }

  private static String first(Pattern pattern, String text) throws EOFException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new EOFException("no " + pattern + " in " + text);
    }
    return matcher.group(1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
