package org.postroom.imap;

import java.io.IOException;

/** Serves until its input ends, so that real clients can be tried by hand; prints its port. */
final class ServeForClients {
  private ServeForClients() {}

  public static void main(String[] arguments) throws IOException {
    try (ImapFixture imap = new ImapFixture()) {
      int messages = arguments.length == 0 ? 0 : Integer.parseInt(arguments[0]);
      String text = "0123456789 the quick brown fox jumps over the lazy dog\n".repeat(70);
      for (int i = 0; i < messages; i++) {
        imap.deliver(
            "INBOX",
            "From: Ada <ada@example.org>\nTo: bob@example.com\nSubject: message number "
                + i
                + "\nMessage-ID: <"
                + i
                + "@example.org>\nDate: Thu, 1 Feb 2024 09:05:00 +0100\n\n"
                + text);
      }
      System.out.println(imap.port());
      while (System.in.read() >= 0) {}
    }
  }
}
