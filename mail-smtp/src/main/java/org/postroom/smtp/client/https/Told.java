package org.postroom.smtp.client.https;

/** What somebody else has written, for people: on one line, and no longer than anybody reads. */
final class Told {
  private static final int LONGEST = 60;

  private Told() {}

  static String of(String text) {
    String line = text.replaceAll("[^ -~]", "?");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
