package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Mails that can be told from each other by a number in their header, and whose bodies are known:
 * plain, 8-bit in UTF-8 and in Latin 1, with long lines, with dots at line starts, with binary data
 * in base64; from none at all to 25 MB.
 */
final class ProofMails {
  /** The largest is among the first; the long tier sends a thousand. */
  static final int COUNT = Integer.getInteger("postroom.proof.mails", 225);

  private static final String NUMBER = "X-Proof: ";
  private static final int LONG_LINE = 2000; // Python's poplib reads no line of more than 2048

  private final Path folder;
  private final Map<Integer, String> digests = new HashMap<>();

  /** Writes all of them into {@code folder}, with CRLF, each in a file of its own. */
  ProofMails(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    for (int number = 1; number <= COUNT; number++) {
      byte[] body = body(number, Sender.of(number));
      digests.put(number, Digests.sha256(body));
      String header =
          "From: Ada <ada@example.org>\r\nTo: ada@example.org\r\nSubject: proof "
              + number
              + "\r\n"
              + NUMBER
              + number
              + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
      byte[] mail = Arrays.copyOf(header.getBytes(UTF_8), header.length() + body.length);
      System.arraycopy(body, 0, mail, header.length(), body.length);
      Files.write(file(number), mail);
    }
  }

  /** Who sends which of them: the quick ones most. */
  enum Sender {
    SMTPLIB,
    CURL,
    MSMTP,
    S_NAIL,
    SWAKS;

    static Sender of(int number) {
      int place = number % 25;
      return place < 14
          ? SMTPLIB
          : place < 19 ? CURL : place < 22 ? MSMTP : place < 24 ? S_NAIL : SWAKS;
    }
  }

  /** Those that a client sends over one of the three kinds of ports, in their order. */
  static List<Integer> of(Sender sender, int port) {
    return IntStream.rangeClosed(1, COUNT)
        .filter(number -> Sender.of(number) == sender && number % 3 == port)
        .boxed()
        .toList();
  }

  Path file(int number) {
    return folder.resolve(number + ".eml");
  }

  /** What each body must be, by number. */
  Map<Integer, String> digests() {
    return digests;
  }

  /** The number in a message's header, and its body's digest. */
  static Map.Entry<Integer, String> read(byte[] message) {
    int start = 0;
    while (!at(message, start, "\r\n\r\n")) {
      start++;
    }
    String header = new String(message, 0, start + 2, ISO_8859_1);
    int number = header.indexOf("\r\n" + NUMBER) + 2 + NUMBER.length();
    return Map.entry(
        Integer.parseInt(header.substring(number, header.indexOf('\r', number))),
        Digests.sha256(Arrays.copyOfRange(message, start + 4, message.length)));
  }

  private static boolean at(byte[] message, int start, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (message[start + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] body(int number, Sender sender) {
    // swaks ends a header without a body with an empty line too many.
    int size = sender == Sender.SWAKS ? Math.max(1, size(number)) : size(number);
    StringBuilder body = new StringBuilder();
    Random random = new Random(number);
    // s-nail would encode what has long lines or no charset.
    int kind = sender == Sender.S_NAIL ? number % 3 : number % 6;
    while (body.length() < size) {
      body.append(
          switch (kind) {
            case 0 -> "Line " + body.length() + " of mail " + number + ", plain.\r\n";
            case 1 -> new String("Grüße – Здравствуйте – 你好\r\n".getBytes(UTF_8), ISO_8859_1);
            case 2 ->
                ".".repeat(random.nextInt(4)) + (random.nextBoolean() ? "" : " dots") + "\r\n";
            case 3 -> "x".repeat(random.nextInt(LONG_LINE)) + "\r\n";
            case 4 -> "Gr\u00fc\u00dfe, \u00e9t\u00e9, \u0080\u009f\u00ff\r\n";
            default -> base64(random);
          });
    }
    return body.toString().getBytes(ISO_8859_1);
  }

  private static String base64(Random random) {
    byte[] octets = new byte[57];
    random.nextBytes(octets);
    return Base64.getEncoder().encodeToString(octets) + "\r\n";
  }

  private static int size(int number) {
    return switch (number) {
      case 17 -> 25_000_000;
      case 10 -> 8_000_000;
      case 20 -> 3_000_000;
      default ->
          number % 100 == 0
              ? 700_000
              : number % 10 == 0 ? 60_000 : number % 7 == 0 ? 0 : number * 37 % 4000;
    };
  }
}
