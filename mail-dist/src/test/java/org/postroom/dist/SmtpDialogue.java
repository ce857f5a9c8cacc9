package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client's side of SMTP on a plain socket, which hears every reply as it was said. */
final class SmtpDialogue implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private SmtpDialogue(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
  }

  /** Connects and greets. */
  static SmtpDialogue open(int port) throws IOException {
    return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** The same at another address. */
  static SmtpDialogue open(InetSocketAddress server) throws IOException {
    Socket socket = new Socket(server.getAddress(), server.getPort());
    try {
      SmtpDialogue dialogue = new SmtpDialogue(socket);
      dialogue.reply();
      dialogue.say("EHLO client.example");
      return dialogue;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Something that can be written octet by octet, without being held in memory. */
  interface Message {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Sends one mail; gives the first reply that is not a good one, or the last. */
  String send(String from, String to, byte[] message) throws IOException {
    return send(from, to, out -> out.write(message));
  }

  /** The same for a mail that need not fit into memory; it must end with CRLF. */
  String send(String from, String to, Message message) throws IOException {
    for (String command : new String[] {"MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">"}) {
      String reply = say(command);
      if (!reply.startsWith("250")) {
        say("RSET");
        return reply;
      }
    }
    String go = say("DATA");
    if (!go.startsWith("354")) {
      return go;
    }
    return content(message);
  }

  /** Sends content and its end, after DATA was answered well. */
  String content(Message message) throws IOException {
    message.writeTo(new Stuffing());
    return say(".");
  }

  /** Says one line; gives the last line of the reply. */
  String say(String command) throws IOException {
    out.write((command + "\r\n").getBytes(ISO_8859_1));
    out.flush();
    return reply();
  }

  /** Hears what comes by itself, or in answer to what was said; gives the last line of it. */
  String reply() throws IOException {
    while (true) {
      String line = line(in);
      if (line.length() < 4 || line.charAt(3) != '-') {
        return line;
      }
    }
  }

  /** Doubles dots at line starts. */
  private final class Stuffing extends OutputStream {
    private boolean lineStart = true;

    @Override
    public void write(int octet) throws IOException {
      if (lineStart && octet == '.') {
        out.write('.');
      }
      out.write(octet);
      lineStart = octet == '\n';
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
      for (int i = offset; i < offset + length; i++) {
        write(octets[i]);
      }
    }
  }

  /** One line without its end. */
  static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (octet == '\n') {
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(octet);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
