package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * What an IMAP server does in a second, whichever it is: a driver over a connection in clear, not a
 * test. Makes the mailboxes {@code bench} (2,000 messages of 4 KB) and {@code many} (20,000 small
 * ones) unless they are there.
 *
 * <p>{@code ImapBench HOST PORT LOGIN PASSWORD [ROUNDS [PID [LANE]]]}: the median of the rounds,
 * the best, and, where the server's process is told, its processor time for each message (of the
 * last two thirds of the rounds): the figure to trust while others use the machine.
 */
public final class ImapBench {
  private static final int LARGE = 2_000;
  private static final int MANY = 20_000;
  private static final String NEEDLE = "zymurgy";

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[256 * 1024];
  private final int rounds;
  private final String pid;
  private final String wanted;
  private long octets;

  private ImapBench(String host, int port, int rounds, String pid, String wanted)
      throws IOException {
    this.pid = pid;
    this.wanted = wanted;
    this.socket = new Socket(host, port);
    this.socket.setTcpNoDelay(true);
    this.in = socket.getInputStream();
    this.rounds = rounds;
  }

  private interface Lane {
    void run() throws IOException;
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 15;
    String pid = args.length > 5 ? args[5] : "";
    String wanted = args.length > 6 ? args[6] : "";
    ImapBench bench = new ImapBench(args[0], Integer.parseInt(args[1]), rounds, pid, wanted);
    bench.until("\n");
    bench.ask("LOGIN " + args[2] + " " + args[3]);
    bench.run();
  }

  private void run() throws IOException {
    fill("bench", LARGE, 60);
    fill("many", MANY, 2);
    ask("SELECT bench");
    lane("FETCH BODY.PEEK[] of 2,000 x 4 KB", LARGE, () -> ask("FETCH 1:* (BODY.PEEK[])"));
    lane("SEARCH TEXT over 2,000 x 4 KB", LARGE, () -> ask("UID SEARCH TEXT " + NEEDLE));
    lane("SEARCH BODY (UTF-8) over the same", LARGE, () -> ask("UID SEARCH BODY \"zümurgy\""));
    lane(
        "SELECT + list columns of 20,000",
        MANY,
        () -> {
          ask("SELECT many");
          ask("FETCH 1:* (UID FLAGS ENVELOPE RFC822.SIZE)");
        });
    ask("SELECT many");
    lane("FETCH UID FLAGS of 20,000", MANY, () -> ask("UID FETCH 1:* (FLAGS)"));
    lane(
        "FETCH HEADER.FIELDS of 20,000",
        MANY,
        () -> ask("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]"));
    lane(
        "SEARCH HEADER SUBJECT over 20,000",
        MANY,
        () -> ask("UID SEARCH HEADER SUBJECT " + NEEDLE));
    lane("SEARCH FROM over 20,000", MANY, () -> ask("UID SEARCH FROM " + NEEDLE));
    lane(
        "UID STORE 1:* of 20,000, twice",
        2 * MANY,
        () -> {
          ask("UID STORE 1:* +FLAGS (\\Flagged)");
          ask("UID STORE 1:* -FLAGS.SILENT (\\Flagged)");
        });
    ask("LOGOUT");
  }

  private void lane(String name, int messages, Lane lane) throws IOException {
    if (!name.contains(wanted)) {
      return;
    }
    long[] nanos = new long[rounds];
    octets = 0;
    int warm = rounds / 3;
    double before = 0;
    for (int i = 0; i < rounds; i++) {
      if (i == warm) {
        before = processorSeconds();
      }
      long start = System.nanoTime();
      lane.run();
      nanos[i] = System.nanoTime() - start;
    }
    double spent = processorSeconds() - before;
    long volume = octets / rounds;
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-36s %,12.0f /s  best %,12.0f /s  %6.2f us CPU  %,10d octets%n",
        name,
        messages * 1e9 / nanos[rounds / 2],
        messages * 1e9 / nanos[0],
        spent * 1e6 / messages / (rounds - warm),
        volume);
  }

  /** Of the server; clock ticks are hundredths on every Linux. */
  private double processorSeconds() throws IOException {
    if (pid.isEmpty()) {
      return 0;
    }
    String stat = Files.readString(Path.of("/proc", pid, "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  private void fill(String mailbox, int count, int lines) throws IOException {
    send("f CREATE " + mailbox + "\r\n");
    if (!until("\n").contains("f OK")) {
      return;
    }
    Random random = new Random(1);
    for (int from = 0; from < count; from += 500) {
      ByteArrayOutputStream command = new ByteArrayOutputStream();
      command.writeBytes(("f APPEND " + mailbox).getBytes(ISO_8859_1));
      for (int i = from; i < from + 500; i++) {
        byte[] message = message(random, i, lines);
        command.writeBytes((" {" + message.length + "+}\r\n").getBytes(ISO_8859_1));
        command.writeBytes(message);
      }
      command.writeBytes("\r\n".getBytes(ISO_8859_1));
      socket.getOutputStream().write(command.toByteArray());
      String answer = until("\n");
      if (!answer.contains("f OK")) {
        throw new IOException(answer);
      }
    }
  }

  private static byte[] message(Random random, int number, int lines) {
    StringBuilder text = new StringBuilder();
    text.append("Received: from a.example by b.example; Thu, 1 Feb 2024 09:05:00 +0100\r\n");
    text.append("Date: Thu, 1 Feb 2024 09:05:00 +0100\r\n");
    text.append("From: Somebody Else <somebody").append(number).append("@example.org>\r\n");
    text.append("To: Ada Lovelace <ada@example.com>, Bob <bob@example.com>\r\n");
    text.append("Subject: message number ").append(number).append(" of many\r\n");
    text.append("Message-ID: <").append(number).append(".1@example.org>\r\n");
    text.append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
    for (int i = 0; i < lines; i++) {
      for (int column = 0; column < 60; ) {
        int length = 2 + random.nextInt(8);
        for (int j = 0; j < length; j++) {
          text.append((char) ('a' + random.nextInt(26)));
        }
        text.append(' ');
        column += length + 1;
      }
      text.append("\r\n");
    }
    if (number % 500 == 250) {
      text.append(NEEDLE).append("\r\n");
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  private void ask(String command) throws IOException {
    send("t " + command + "\r\n");
    String end = until("\r\nt ");
    if (!end.startsWith("OK")) {
      throw new IOException(command + ": " + end);
    }
  }

  private void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  /**
   * Reads until the last line of what came follows {@code mark} and is whole; answers are not
   * parsed, so that the driver costs little.
   */
  private String until(String mark) throws IOException {
    byte[] tail = {'\r', '\n'};
    while (true) {
      int count = in.read(buffer);
      if (count < 0) {
        throw new IOException("closed");
      }
      octets += count;
      byte[] joined = new byte[Math.min(tail.length, 4096) + Math.min(count, 4096)];
      int kept = joined.length - Math.min(count, 4096);
      System.arraycopy(tail, tail.length - kept, joined, 0, kept);
      System.arraycopy(buffer, count - Math.min(count, 4096), joined, kept, Math.min(count, 4096));
      tail = joined;
      String text = new String(tail, ISO_8859_1);
      if (text.endsWith("\n")) {
        int line = mark.equals("\n") ? -1 : text.lastIndexOf(mark);
        if (mark.equals("\n")) {
          return text;
        }
        if (line >= 0 && text.indexOf('\n', line + mark.length()) == text.length() - 1) {
          return text.substring(line + mark.length());
        }
      }
    }
  }
}
