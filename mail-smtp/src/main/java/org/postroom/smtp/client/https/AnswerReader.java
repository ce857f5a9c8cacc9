package org.postroom.smtp.client.https;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads an answer of HTTP/1.1 (RFC 9112), as it comes. Its head has 16 KB at most, its body what
 * whoever asks wants; a body that is compressed is none that was asked for.
 */
final class AnswerReader {
  private static final int LONGEST_HEAD = 16 * 1024;

  private final int longest;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private State state = State.STATUS;
  private int head;
  private int status;
  private String type = "";
  private boolean chunked;
  private long length = -1;
  private long left;

  private enum State {
    STATUS,
    FIELDS,
    /** So many octets more. */
    LENGTH,
    /** All that comes. */
    REST,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    DONE
  }

  /**
   * A reader.
   *
   * @param longest octets of a body
   */
  AnswerReader(int longest) {
    this.longest = longest;
  }

  /**
   * Takes what has come.
   *
   * @return whether the answer is complete
   * @throws HttpTrouble where it is none, or too long
   */
  boolean take(ByteBuffer octets) {
    while (octets.hasRemaining() && state != State.DONE) {
      switch (state) {
        case LENGTH, CHUNK, REST -> takeBody(octets);
        default -> takeHead(octets.get());
      }
    }
    return state == State.DONE;
  }

  /**
   * Nothing more comes.
   *
   * @return the answer, where it ends so
   */
  Optional<HttpAnswer> end() {
    return state == State.DONE || state == State.REST ? Optional.of(answer()) : Optional.empty();
  }

  HttpAnswer answer() {
    return new HttpAnswer(status, type, body.toByteArray());
  }

  private void takeBody(ByteBuffer octets) {
    int some = octets.remaining();
    if (state != State.REST) {
      some = (int) Math.min(some, left);
    }
    if (body.size() + some > longest) {
      throw tooLong();
    }
    byte[] part = new byte[some];
    octets.get(part);
    body.write(part, 0, some);
    left -= some;
    if (left == 0 && state != State.REST) {
      state = state == State.CHUNK ? State.CHUNK_END : State.DONE;
    }
  }

  private HttpTrouble tooLong() {
    return new HttpTrouble("its answer is longer than " + longest + " octets");
  }

  private void takeHead(byte octet) {
    if (++head > LONGEST_HEAD) {
      throw new HttpTrouble("the head of its answer is longer than " + LONGEST_HEAD + " octets");
    }
    if (octet != '\n') {
      line.write(octet);
      return;
    }
    String text = line.toString(ISO_8859_1);
    line.reset();
    takeLine(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  private void takeLine(String text) {
    switch (state) {
      case STATUS -> takeStatus(text);
      case FIELDS -> takeField(text);
      case CHUNK_SIZE -> takeSize(text);
      case CHUNK_END -> {
        if (!text.isEmpty()) {
          throw new HttpTrouble("its answer is no HTTP: a piece has no end");
        }
        state = State.CHUNK_SIZE;
      }
      case TRAILER -> state = text.isEmpty() ? State.DONE : State.TRAILER;
      default -> throw new IllegalStateException(state.name());
    }
  }

  private void takeStatus(String text) {
    if (!text.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
      throw new HttpTrouble("its answer is no HTTP");
    }
    status = Integer.parseInt(text.substring(9, 12));
    type = "";
    chunked = false;
    length = -1;
    state = State.FIELDS;
  }

  private void takeField(String text) {
    if (text.isEmpty()) {
      begin();
      return;
    }
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new HttpTrouble("its answer is no HTTP: a field has no name");
    }
    String value = text.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
    switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
      case "content-type" -> type = value.split(";", 2)[0].strip();
      case "content-length" -> takeLength(value);
      case "content-encoding" -> {
        if (!value.equals("identity")) {
          throw new HttpTrouble("its answer is encoded: " + Told.of(value));
        }
      }
      case "transfer-encoding" -> {
        if (!value.equals("chunked")) {
          throw new HttpTrouble("its answer is encoded: " + Told.of(value));
        }
        chunked = true;
      }
      default -> {
        // of no matter
      }
    }
  }

  private void takeLength(String value) {
    if (!value.matches("[0-9]{1,18}") || length >= 0 && length != Long.parseLong(value)) {
      throw new HttpTrouble("its answer is no HTTP: a length of " + Told.of(value));
    }
    length = Long.parseLong(value);
  }

  private void begin() {
    if (status < 200) {
      state = State.STATUS; // RFC 9110, 15.2: the answer is still to come
    } else if (chunked) {
      state = State.CHUNK_SIZE;
    } else if (length > longest) {
      throw tooLong();
    } else if (length == 0 || status == 204 || status == 304) {
      state = State.DONE;
    } else {
      left = length;
      state = length < 0 ? State.REST : State.LENGTH;
    }
  }

  private void takeSize(String text) {
    String digits = text.split(";", 2)[0].strip();
    if (!digits.matches("[0-9A-Fa-f]{1,8}")) {
      throw new HttpTrouble("its answer is no HTTP: a piece of " + Told.of(text));
    }
    left = Long.parseLong(digits, 16);
    state = left == 0 ? State.TRAILER : State.CHUNK;
  }
}
