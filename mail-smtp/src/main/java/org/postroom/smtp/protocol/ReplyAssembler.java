package org.postroom.smtp.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a server's reply together from its lines (RFC 5321, 4.2.1): the client's side. */
public final class ReplyAssembler {
  // No server needs more; an endless reply must not fill the heap.
  private static final int MAX_LINES = 256;

  private final List<String> lines = new ArrayList<>();
  private int code;
  private String status = "";

  /**
   * Takes the next line, without its line end.
   *
   * @return the reply when this was its last line
   * @throws BadReply when this is no SMTP reply
   */
  public Optional<SmtpReply> add(String line) {
    int lineCode = codeOf(line);
    if (lines.isEmpty()) {
      code = lineCode;
    } else if (code != lineCode || lines.size() >= MAX_LINES) {
      throw new BadReply(line);
    }
    String text = line.length() > 4 ? line.substring(4) : "";
    int statusEnd = statusEnd(text);
    if (statusEnd > 0) {
      status = text.substring(0, statusEnd);
      text = text.substring(Math.min(statusEnd + 1, text.length()));
    }
    lines.add(text);
    if (line.length() > 3 && line.charAt(3) == '-') {
      return Optional.empty();
    }
    SmtpReply reply = new SmtpReply(code, status, lines);
    lines.clear();
    status = "";
    return Optional.of(reply);
  }

  /** Whether lines of an unfinished reply were taken. */
  public boolean isWithinReply() {
    return !lines.isEmpty();
  }

  private static int codeOf(String line) {
    if (line.length() < 3
        || (line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-')) {
      throw new BadReply(line);
    }
    int value = 0;
    for (int i = 0; i < 3; i++) {
      char c = line.charAt(i);
      if (c < '0' || c > '9') {
        throw new BadReply(line);
      }
      value = value * 10 + (c - '0');
    }
    if (value < 200 || value > 599) {
      throw new BadReply(line);
    }
    return value;
  }

  /** The end of an enhanced status code that fits the reply code (RFC 2034, 4), or 0. */
  private int statusEnd(String text) {
    int dots = 0;
    int i = 0;
    while (i < text.length() && text.charAt(i) != ' ') {
      char c = text.charAt(i);
      if (c == '.') {
        dots++;
        if (i == 0 || text.charAt(i - 1) == '.') {
          return 0;
        }
      } else if (c < '0' || c > '9') {
        return 0;
      }
      i++;
    }
    boolean whole = dots == 2 && text.charAt(i - 1) != '.' && text.charAt(1) == '.';
    return whole && text.charAt(0) == '0' + code / 100 ? i : 0;
  }

  /** What came is no SMTP reply. */
  public static final class BadReply extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadReply(String line) {
      super("not an SMTP reply: " + line);
    }
  }
}
