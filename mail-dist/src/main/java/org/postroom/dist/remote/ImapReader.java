package org.postroom.dist.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads what a server says (RFC 3501, 7): words, texts and lists; octets of messages go aside as
 * they come. How long each may be is bounded.
 */
public final class ImapReader {
  private static final int LONGEST_TEXT = 256 * 1024;
  private static final int DEEPEST = 8;

  /** All values of an answer together, with so much for each of them. */
  private static final int LONGEST_ANSWER = 1024 * 1024;

  private static final int EACH = 16;

  private final InputStream in;
  private final Aside aside;
  private int next = -2;
  private int taken;

  /**
   * At the beginning of what is said.
   *
   * @param aside where literals go
   */
  ImapReader(InputStream in, Aside aside) {
    this.in = in;
    this.aside = aside;
  }

  /** Takes literals, which may be messages, octet by octet. */
  public interface Aside {

    /**
     * Takes one.
     *
     * @param octets ends where it ends; all of it is to be read
     * @param size how many octets it has
     * @return what stands for it among the values
     */
    Object take(InputStream octets, long size) throws IOException;
  }

  /**
   * What a server says at once.
   *
   * @param tag {@code *}, {@code +}, or the tag of what was asked
   * @param word in upper case, such as {@code OK} or {@code LIST}
   * @param text behind a status word; else empty
   * @param values behind any other: {@code String}s, {@code List}s of them, and for literals what
   *     was made of them
   */
  public record Response(String tag, String word, String text, List<Object> values) {
    public Response {
      values = List.copyOf(values);
    }
  }

  private int peek() throws IOException {
    if (next == -2) {
      next = in.read();
    }
    if (next < 0) {
      throw new EOFException("the server has ended the connection");
    }
    return next;
  }

  private int take() throws IOException {
    int octet = peek();
    next = -2;
    return octet;
  }

  private void skip() throws IOException {
    int unused = take();
  }

  Response read() throws IOException {
    taken = 0;
    String tag = word();
    if (tag.equals("+")) {
      return new Response(tag, "", line(), List.of());
    }
    space();
    String word = word().toUpperCase(Locale.ROOT);
    switch (word) {
      case "OK", "NO", "BAD", "BYE", "PREAUTH" -> {
        return new Response(tag, word, line().strip(), List.of());
      }
      default -> {
        return new Response(tag, word, "", values());
      }
    }
  }

  private List<Object> values() throws IOException {
    List<Object> values = new ArrayList<>();
    while (peek() != '\r' && peek() != '\n') {
      if (peek() == ' ') {
        skip();
      } else {
        values.add(value(0));
      }
    }
    String unused = line();
    return values;
  }

  private Object value(int depth) throws IOException {
    taken += EACH;
    Object value =
        switch (peek()) {
          case '(' -> list(depth);
          case '"' -> quoted();
          case '{' -> literal();
          default -> word();
        };
    taken += value instanceof String text ? text.length() : 0;
    if (taken > LONGEST_ANSWER) {
      throw new IOException("an answer is too long");
    }
    return value;
  }

  private List<Object> list(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("lists in lists, too many");
    }
    skip();
    List<Object> values = new ArrayList<>();
    int octets = 0;
    while (peek() != ')') {
      if (peek() == ' ') {
        skip();
      } else {
        Object value = value(depth + 1);
        octets += value instanceof String text ? text.length() + 1 : 1;
        if (octets > LONGEST_TEXT) {
          throw new IOException("a list is too long");
        }
        values.add(value);
      }
    }
    skip();
    return List.copyOf(values);
  }

  private String quoted() throws IOException {
    skip();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (peek() != '"') {
      if (peek() == '\\') {
        skip();
      }
      add(text, take());
    }
    skip();
    return text.toString(UTF_8);
  }

  private static void add(ByteArrayOutputStream text, int octet) throws IOException {
    if (text.size() == LONGEST_TEXT) {
      throw new IOException("a text is too long");
    }
    text.write(octet);
  }

  /** All are octets, whatever they say. */
  private Object literal() throws IOException {
    skip();
    StringBuilder digits = new StringBuilder();
    while (peek() != '}') {
      digits.append((char) take());
      if (digits.length() > 10) {
        throw new IOException("a literal is too long");
      }
    }
    skip();
    String rest = line();
    if (!rest.isEmpty() || !digits.toString().matches("\\d{1,10}")) {
      throw new IOException("no literal: {" + digits + "}" + rest);
    }
    Literal octets = new Literal(Long.parseLong(digits.toString()));
    Object value = aside.take(octets, octets.left);
    if (octets.left > 0) {
      throw new IOException("a literal was not read to its end");
    }
    return value;
  }

  /** The octets of one. */
  private final class Literal extends InputStream {
    private final byte[] one = new byte[1];
    private long left;

    Literal(long size) {
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0 || length == 0) {
        return length == 0 ? 0 : -1;
      }
      int count = in.read(target, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the server has ended the connection");
      }
      left -= count;
      return count;
    }
  }

  private String word() throws IOException {
    StringBuilder word = new StringBuilder();
    while ("() \r\n".indexOf(peek()) < 0) {
      word.append((char) take());
      if (word.length() > LONGEST_TEXT) {
        throw new IOException("a word is too long");
      }
    }
    if (word.length() == 0) {
      throw new IOException("expected a word, found " + (char) peek());
    }
    return word.toString();
  }

  private void space() throws IOException {
    if (take() != ' ') {
      throw new IOException("expected a space");
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    while (peek() != '\n') {
      add(text, take());
    }
    skip();
    String line = text.toString(ISO_8859_1);
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }
}
