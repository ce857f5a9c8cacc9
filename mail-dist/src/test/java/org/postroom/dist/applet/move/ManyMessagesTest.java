package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.dist.MailServer;
import org.postroom.dist.applet.AppletRun;
import org.postroom.storage.Storage;

/**
 * Somebody with very much mail moves: half of it from a Maildir, half from an mbox. {@code
 * -Dpostroom.move.messages=100000} is what tutorials speak of.
 */
@Timeout(1800)
@Tag("scaled")
final class ManyMessagesTest {
  private static final int HALF = Integer.getInteger("postroom.move.messages", 1000) / 2;
  private static final String ADA = "ada@example.org";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @TempDir private Path folder;

  /** In no order of theirs, and with gaps. */
  private static int uid(int number) {
    return 3 * number + 1 + number / 100;
  }

  private static long second(int number) {
    return 1_000_000_000L + 61L * (number * 7919L % 1_000_003);
  }

  private static boolean isSeen(int number) {
    return number % 3 == 0;
  }

  private static String text(int number) {
    return "Subject: number "
        + number
        + "\n\n"
        + ("x".repeat(number % 71) + "\n").repeat(number % 41);
  }

  /** A message as clients see it. */
  private static String shown(int number) {
    byte[] octets = text(number).replace("\n", "\r\n").getBytes(US_ASCII);
    return uid(number)
        + (isSeen(number) ? " [\\Seen] " : " [] ")
        + second(number) * 1000
        + " "
        + octets.length
        + " "
        + sha256(octets);
  }

  private static String sha256(byte[] octets) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static List<String> shown(String numbers, IntUnaryOperator number) {
    List<String> lines = new ArrayList<>(List.of(numbers));
    for (int i = 0; i < HALF; i++) {
      lines.add(shown(number.applyAsInt(i)));
    }
    return lines;
  }

  private void makeMaildir() throws IOException {
    Tree tree = new Tree(folder.resolve("Maildir"));
    List<String> uids = new ArrayList<>(List.of("3 V815 N" + uid(HALF)));
    for (int i = 0; i < HALF; i++) {
      String name = second(i) + ".M" + i + "P1.host";
      uids.add(uid(i) + " :" + name);
      tree.message("", "cur/" + name + ":2," + (isSeen(i) ? "S" : ""), text(i), second(i));
    }
    tree.file("", "dovecot-uidlist", uids.toArray(String[]::new));
  }

  /** Numbers go on from those of the Maildir. */
  private void makeMbox() throws IOException {
    Path mail = Files.createDirectories(folder.resolve("mail"));
    try (BufferedWriter out = Files.newBufferedWriter(mail.resolve("Old"), US_ASCII)) {
      String first = "X-IMAPbase: 4711 " + String.format(Locale.ROOT, "%010d", uid(2 * HALF) - 1);
      for (int i = HALF; i < 2 * HALF; i++) {
        String[] parts = text(i).split("\n", 2);
        out.write("From bob@far.test " + DATE.format(Instant.ofEpochSecond(second(i))) + "\n");
        out.write(parts[0] + "\n" + (i == HALF ? first + "\n" : ""));
        out.write("X-UID: " + uid(i) + "\nStatus: " + (isSeen(i) ? "RO" : "O") + "\n");
        out.write(parts[1] + "\n");
      }
    }
  }

  private AppletRun bring(Path data, String source) {
    return AppletRun.of("mail", "import", "-d", data.toString(), "-u", ADA, source);
  }

  @Test
  @Shows("A5.9")
  void allOfThemComeAsTheyAre() throws IOException {
    makeMaildir();
    makeMbox();
    Path data = folder.resolve("data");
    assertThat(AppletRun.of("user", "add", "-d", data.toString(), ADA).status()).isZero();

    for (String source : List.of("maildir:" + folder + "/Maildir", "mbox:" + folder + "/mail")) {
      AppletRun first = bring(data, source);
      AppletRun again = bring(data, source);

      assertThat(first.said()).contains("imported " + HALF + " messages");
      assertThat(first.status()).isZero();
      assertThat(again.said()).contains("imported 0 messages", HALF + " were there already");
    }

    Map<String, List<String>> here =
        Contents.of(MailServer.builder().storage(Storage.h2(data)), ADA);
    assertThat(here.get("INBOX")).isEqualTo(shown("815 " + uid(HALF), i -> i));
    assertThat(here.get("Old")).isEqualTo(shown("4711 " + uid(2 * HALF), i -> HALF + i));
  }
}
