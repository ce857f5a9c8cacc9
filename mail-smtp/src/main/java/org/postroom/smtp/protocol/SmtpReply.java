package org.postroom.smtp.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * One answer of a server (RFC 5321, 4.2; enhanced status codes by RFC 2034). Texts cannot break out
 * of their line: control characters become question marks, and too long lines are cut.
 *
 * @param code 200 to 599
 * @param status such as {@code 2.1.0}; empty when there is none
 * @param lines the texts, without code and status; at least one
 */
public record SmtpReply(int code, String status, List<String> lines) {
  // RFC 5321, 4.5.3.1.5: 512 octets with code and line end; 3 octets a character at most.
  private static final int MAX_TEXT = 480;

  public SmtpReply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("reply code: " + code);
    }
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("a reply without a line");
    }
    lines = lines.size() == 1 ? List.of(clean(lines.get(0))) : cleaned(lines);
  }

  /** A reply of one line. */
  public static SmtpReply of(int code, String status, String text) {
    return new SmtpReply(code, status, List.of(text));
  }

  /** The texts, one line after the other. */
  public String text() {
    return lines.size() == 1 ? lines.get(0) : String.join(" ", lines);
  }

  /** 2xx: it is done. */
  public boolean isPositive() {
    return code < 300;
  }

  /** 3xx: go on. */
  public boolean isIntermediate() {
    return code >= 300 && code < 400;
  }

  /** 4xx: try again later. */
  public boolean isTransient() {
    return code >= 400 && code < 500;
  }

  /** 5xx: do not try again. */
  public boolean isPermanent() {
    return code >= 500;
  }

  /** The same for now, where it is for good. */
  public SmtpReply forNow() {
    return isPermanent()
        ? new SmtpReply(code - 100, status.isEmpty() ? "" : "4" + status.substring(1), lines)
        : this;
  }

  /** As it goes over the wire, line ends included. */
  public byte[] encode() {
    StringBuilder all = new StringBuilder(64);
    for (int i = 0; i < lines.size(); i++) {
      line(all, i).append("\r\n");
    }
    return all.toString().getBytes(UTF_8);
  }

  /** The same in lines, without line ends. */
  public List<String> wireLines() {
    List<String> all = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      all.add(line(new StringBuilder(64), i).toString());
    }
    return all;
  }

  private StringBuilder line(StringBuilder to, int i) {
    to.append(code).append(i < lines.size() - 1 ? '-' : ' ');
    if (!status.isEmpty()) {
      to.append(status).append(' ');
    }
    return to.append(lines.get(i));
  }

  /** Code, status and text in one line: for logs and delivery reports. */
  @Override
  public String toString() {
    return status.isEmpty() ? code + " " + text() : code + " " + status + " " + text();
  }

  private static List<String> cleaned(List<String> lines) {
    return lines.stream().map(SmtpReply::clean).toList();
  }

  private static String clean(String text) {
    boolean clean = text.length() <= MAX_TEXT;
    for (int i = 0; clean && i < text.length(); i++) {
      clean = text.charAt(i) >= ' ' && text.charAt(i) < 0x7F;
    }
    if (clean) {
      return text;
    }
    int end = Math.min(text.length(), MAX_TEXT);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder cleaned = new StringBuilder(end);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      cleaned.append(Character.isISOControl(c) ? '?' : c);
    }
    return cleaned.toString();
  }
}
