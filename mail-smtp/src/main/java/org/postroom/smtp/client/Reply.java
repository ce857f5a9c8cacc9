package org.postroom.smtp.client;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Line;

/**
 * A server's reply (RFC 5321, 4.2).
 *
 * @param code three digits; 0 when the server does not speak SMTP
 * @param text all lines, joined by a space for the log; by LF where lines matter
 */
record Reply(int code, String text) {
  static final int MAX_LINE = 2048;
  private static final int MAX_LINES = 200;

  /** What is no answer, because nothing was asked. */
  static final Reply UNASKED = new Reply(0, "unexpected reply: more than was asked for");

  /** So much of what a server says is kept: one that says more must not fill our memory with it. */
  private static final int MAX_TEXT = 4096;

  private static final Pattern STATUS = Pattern.compile("^([245]\\.\\d{1,3}\\.\\d{1,3})(?:\\s|$)");

  /** Waits for a whole reply. */
  static Reply read(Input in) {
    StringBuilder text = new StringBuilder();
    int code = 0;
    for (int lines = 0; lines < MAX_LINES; lines++) {
      Line line = in.readLine(MAX_LINE);
      String said = line.utf8();
      if (!isReplyLine(said)) {
        return new Reply(0, "unexpected reply: " + printable(said));
      }
      code = Integer.parseInt(said.substring(0, 3));
      if (text.length() < MAX_TEXT) {
        text.append(lines == 0 ? "" : "\n").append(said.length() > 4 ? said.substring(4) : "");
      }
      if (said.length() == 3 || said.charAt(3) == ' ') {
        return new Reply(code, text.toString());
      }
    }
    return new Reply(0, "unexpected reply: more than " + MAX_LINES + " lines");
  }

  /** Its lines as the server has written them, as far as they were kept. */
  String written() {
    int last = text.lastIndexOf('\n');
    return last < 0
        ? code + " " + text
        : (code + "-" + text.substring(0, last).replace("\n", "\n" + code + "-"))
            + ("\n" + code + " " + text.substring(last + 1));
  }

  /** The same with stars for each of these. */
  Reply without(List<String> secrets) {
    String shown = text;
    for (String secret : secrets) {
      shown = shown.replace(secret, "***");
    }
    return shown.equals(text) ? this : new Reply(code, shown);
  }

  boolean isPositive() {
    return code >= 200 && code < 300;
  }

  boolean isIntermediate() {
    return code >= 300 && code < 400;
  }

  boolean isPermanent() {
    return code >= 500 && code < 600;
  }

  /**
   * Whether it is about who may do what (RFC 3463, X.7.X; RFC 4954, 6), or does not say what it is
   * about.
   */
  boolean mayBeOfSecurity() {
    return code == 530 || status().startsWith(".7.", 1) || status().endsWith(".0.0");
  }

  /**
   * The enhanced status code it gave, or the one its class stands for. Of the class of the reply in
   * any case (RFC 2034, 4).
   */
  String status() {
    Matcher given = STATUS.matcher(text);
    return (isPositive() ? "2" : isPermanent() ? "5" : "4")
        + (given.find() ? given.group(1).substring(1) : ".0.0");
  }

  /** On one line, as the server said it. */
  String oneLine() {
    return (code == 0 ? "" : code + " ") + printable(text.replace('\n', ' '));
  }

  private static boolean isReplyLine(String line) {
    return line.length() >= 3
        && line.charAt(0) >= '2'
        && line.charAt(0) <= '5'
        && Character.isDigit(line.charAt(1))
        && Character.isDigit(line.charAt(2))
        && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '-');
  }

  /** What would end a line, or hide something in it, for whoever reads a log or a report. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
  }
}
