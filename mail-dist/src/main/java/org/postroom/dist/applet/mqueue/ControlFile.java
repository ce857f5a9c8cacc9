package org.postroom.dist.applet.mqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.Recipient.Notify;

/**
 * A control file of sendmail 8 ({@code qf}): what is known of a mail, and its header. Each line
 * begins with a letter that says what it is; one that begins with a blank goes on with a header.
 *
 * @param created when the mail came
 * @param lastTried when it was tried last; empty when it never was
 * @param attempts made so far
 * @param sender without angle brackets; empty for the null sender
 * @param body what a B line says, {@code 7BIT} or {@code 8BITMIME}; empty where there is none
 * @param headersOnly whether a report is to have no more than the header
 * @param delayReported whether the sender was told that it is late
 * @param reason why it waits, as the last M line says it
 * @param header as it goes out, each line with CRLF
 */
record ControlFile(
    Instant created,
    Optional<Instant> lastTried,
    int attempts,
    String sender,
    List<To> recipients,
    Optional<String> body,
    Optional<String> envelopeId,
    boolean headersOnly,
    boolean delayReported,
    String reason,
    CameFrom origin,
    String header) {
  /** What sendmail writes has some thousand octets; the header of a mail is in it. */
  private static final int LARGEST = 4 << 20;

  private static final int NEWEST = 8;

  /** From this version on a dot stands last. */
  private static final int DOTTED = 4;

  /** What says nothing that we keep. */
  private static final String UNUSED = "ACdDEIPYqr!";

  private static final Pattern FIELD = Pattern.compile("(?:\\?([^?]*)\\?)?([!-9;-~]+)[ \\t]*:.*");
  private static final Pattern HOST = Pattern.compile("(?:(\\S+)@)?(\\S*?)\\s*\\[([^]]+)\\].*");

  ControlFile {
    recipients = List.copyOf(recipients);
  }

  /**
   * A recipient.
   *
   * @param address without angle brackets; may have no domain
   * @param original ORCPT
   * @param reportOn when its sender wants a report; empty where he did not say
   */
  record To(String address, Optional<String> original, List<Notify> reportOn) {
    To {
      reportOn = List.copyOf(reportOn);
    }
  }

  /**
   * Reads one.
   *
   * @throws BadQueueFile where it is none, or is not whole
   */
  static ControlFile read(Path file) throws IOException, BadQueueFile {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadQueueFile(file, "expected a file");
    }
    byte[] octets;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      octets = in.readNBytes(LARGEST + 1);
    }
    if (octets.length > LARGEST) {
      throw new BadQueueFile(file, "expected " + LARGEST + " octets at most");
    }
    return new Reader(file).read(lines(new String(octets, ISO_8859_1)));
  }

  /** A CR alone ends no line: whoever has sent the mail may have written it into the header. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }

  /** Goes through the lines. */
  private static final class Reader {
    private final Path file;
    private final List<To> recipients = new ArrayList<>();
    private final StringBuilder header = new StringBuilder();
    private int number;
    private int version = 1;
    private Optional<Instant> created = Optional.empty();
    private Optional<Instant> lastTried = Optional.empty();
    private int attempts;
    private Optional<String> sender = Optional.empty();
    private Optional<String> body = Optional.empty();
    private Optional<String> envelopeId = Optional.empty();
    private Optional<String> original = Optional.empty();
    private String flags = "";
    private String reason = "";
    private String client = "";
    private String helo = "";
    private String protocol = "";
    private Optional<String> login = Optional.empty();
    private boolean inHeader;
    private boolean isFieldKept;
    private boolean isOver;

    Reader(Path file) {
      this.file = file;
    }

    ControlFile read(List<String> lines) throws BadQueueFile {
      for (String line : lines) {
        number++;
        if (isOver) {
          throw wrong("nothing is expected behind the line with a dot");
        }
        if (line.isEmpty()) {
          throw wrong("expected a letter that says what the line is");
        }
        read(line.charAt(0), line.substring(1));
      }
      if (!isOver && version >= DOTTED) {
        throw new BadQueueFile(file, "expected a line with a dot at its end: it is not whole");
      }
      if (created.isEmpty() || sender.isEmpty() || recipients.isEmpty()) {
        throw new BadQueueFile(
            file,
            "expected a line with "
                + (created.isEmpty()
                    ? "T, the time"
                    : sender.isEmpty() ? "S, the sender" : "R, a recipient"));
      }
      return new ControlFile(
          created.get(),
          lastTried,
          attempts,
          sender.get(),
          recipients,
          body,
          envelopeId,
          flags.indexOf('n') >= 0,
          flags.indexOf('w') >= 0,
          reason,
          origin(),
          header.toString());
    }

    private BadQueueFile wrong(String why) {
      return new BadQueueFile(file, number, why);
    }

    private void read(char code, String text) throws BadQueueFile {
      if (code == ' ' || code == '\t') {
        if (!inHeader) {
          throw wrong("goes on with a header, and none stands before it");
        }
        if (isFieldKept) {
          header.append(code).append(text).append("\r\n");
        }
        return;
      }
      inHeader = code == 'H';
      switch (code) {
        case 'V' -> version = version(text);
        case 'T' -> created = Optional.of(time(text));
        case 'K' -> lastTried = Optional.of(time(text)).filter(at -> at.getEpochSecond() > 0);
        case 'N' -> attempts = (int) Math.min(number(text), Integer.MAX_VALUE);
        case 'S' -> sender = Optional.of(bare(text));
        case 'B' -> body = Optional.of(body(text));
        case 'F' -> flags = text;
        case 'M' -> reason = readable(text);
        case 'Z' -> envelopeId = Optional.of(readable(text)).filter(id -> !id.isEmpty());
        case 'Q' -> original = Optional.of(readable(text)).filter(one -> !one.isEmpty());
        case 'R' -> recipients.add(recipient(text));
        case 'H' -> field(text);
        case '$' -> macro(text);
        case '.' -> isOver = text.isEmpty();
        default -> {
          if (UNUSED.indexOf(code) < 0) {
            throw wrong("no line of sendmail 8 begins with " + code);
          }
        }
      }
      if (code == '.' && !isOver) {
        throw wrong("expected nothing behind the dot");
      }
    }

    private int version(String text) throws BadQueueFile {
      long found = number(text);
      if (found < 1 || found > NEWEST) {
        throw wrong("expected a version of 1 to " + NEWEST);
      }
      return (int) found;
    }

    private long number(String text) throws BadQueueFile {
      if (!text.matches("[0-9]{1,15}")) {
        throw wrong("expected a number");
      }
      return Long.parseLong(text);
    }

    private Instant time(String text) throws BadQueueFile {
      long seconds = number(text);
      if (seconds > 1L << 40) {
        throw wrong("expected seconds since 1970");
      }
      return Instant.ofEpochSecond(seconds);
    }

    private String body(String text) throws BadQueueFile {
      if (!text.equalsIgnoreCase("7BIT") && !text.equalsIgnoreCase("8BITMIME")) {
        throw wrong("expected 7BIT or 8BITMIME");
      }
      return text.equalsIgnoreCase("7BIT") ? "7BIT" : "8BITMIME";
    }

    /** Flags, which end at a colon from version 1 on, and an address. */
    private To recipient(String text) throws BadQueueFile {
      int colon = text.indexOf(':');
      boolean flagged = colon >= 0 && text.substring(0, colon).matches("[A-Z]*");
      String marks = flagged ? text.substring(0, colon) : "";
      String address = bare(flagged ? text.substring(colon + 1) : text);
      String first = address.startsWith("\"") ? address.substring(1) : address;
      if (first.isEmpty() || "|/:".indexOf(first.charAt(0)) >= 0) {
        throw wrong("expected an address: programs, files and lists are not taken in");
      }
      To to = new To(address, original, marks.indexOf('N') < 0 ? List.of() : notify(marks));
      original = Optional.empty();
      return to;
    }

    private static List<Notify> notify(String marks) {
      List<Notify> wishes = new ArrayList<>();
      if (marks.indexOf('S') >= 0) {
        wishes.add(Notify.SUCCESS);
      }
      if (marks.indexOf('F') >= 0) {
        wishes.add(Notify.FAILURE);
      }
      if (marks.indexOf('D') >= 0) {
        wishes.add(Notify.DELAY);
      }
      return wishes.isEmpty() ? List.of(Notify.NEVER) : wishes;
    }

    /** Those fields that a mailer of its own would ask for, P and x, do not go out. */
    private void field(String text) throws BadQueueFile {
      Matcher field = FIELD.matcher(text);
      if (!field.lookingAt()) {
        throw wrong("expected a header, ?flags?Name: value");
      }
      String wanted = field.group(1) == null ? "" : field.group(1);
      isFieldKept = wanted.isEmpty() || wanted.chars().anyMatch(c -> c != 'P' && c != 'x');
      if (isFieldKept) {
        header.append(text, text.startsWith("?") ? wanted.length() + 2 : 0, text.length());
        header.append("\r\n");
      }
    }

    private void macro(String text) {
      if (text.startsWith("{auth_authen}")) {
        login = Optional.of(readable(text.substring("{auth_authen}".length())));
      } else if (text.startsWith("_")) {
        client = readable(text.substring(1));
      } else if (text.startsWith("r")) {
        protocol = readable(text.substring(1));
      } else if (text.startsWith("s")) {
        helo = readable(text.substring(1));
      }
    }

    private CameFrom origin() {
      Matcher host = HOST.matcher(client);
      boolean isNetwork = host.matches();
      String address = isNetwork ? host.group(3).replaceFirst("(?i)^IPv6:", "") : "127.0.0.1";
      String name = isNetwork && !host.group(2).isEmpty() ? host.group(2) : "unknown";
      Optional<String> user =
          isNetwork || client.indexOf('@') < 1
              ? Optional.empty()
              : Optional.of(client.substring(0, client.indexOf('@')));
      return new CameFrom(
          address,
          isNetwork ? name : "localhost",
          helo,
          isNetwork ? protocol : "",
          login.filter(one -> !one.isEmpty()).or(() -> user),
          Optional.empty());
    }

    private static String bare(String text) {
      String address = readable(text).strip();
      return address.startsWith("<") && address.endsWith(">")
          ? address.substring(1, address.length() - 1)
          : address;
    }

    private static String readable(String text) {
      return new String(text.getBytes(ISO_8859_1), UTF_8).replaceAll("\\p{Cntrl}", " ").strip();
    }
  }
}
