package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.files.BrokenFile;
import org.postroom.dist.files.MailFile;
import org.postroom.dist.files.MailTaker;
import org.postroom.dist.operation.MessageOperations.Known;

/**
 * Writes a mailbox as one mbox (RFC 4155, with the quotes of mboxrd), with the fields in which
 * Dovecot keeps UIDs, flags and keywords. It takes the place of a former one as a whole, and of no
 * other.
 */
final class MboxWriter implements FolderWriter {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Path file;
  private final Path unfinished;
  private final long uidValidity;
  private final Report report;
  private final FileChannel out;
  private final Set<String> without = new TreeSet<>();
  private Optional<Former> former = Optional.empty();
  private long uidNext = 1;
  private @Nullable String base;

  /**
   * Begins it.
   *
   * @throws Trouble when another mbox is there
   */
  MboxWriter(Path file, long uidValidity, Report report) throws IOException, Trouble {
    this.file = file;
    this.unfinished = file.resolveSibling("." + file.getFileName() + ".tmp");
    this.uidValidity = uidValidity;
    this.report = report;
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      SafeFiles.makeFolder(folder);
    }
    this.out = SafeFiles.create(unfinished);
  }

  @Override
  public void begin(Collection<Known> messages, long next) throws IOException, Trouble {
    uidNext = next;
    check();
    Set<String> keywords = new LinkedHashSet<>();
    messages.forEach(one -> keywords.addAll(keywords(one)));
    base =
        String.format(Locale.ROOT, "%d %010d", uidValidity, uidNext - 1)
            + (keywords.isEmpty() ? "" : " " + String.join(" ", keywords));
    if (messages.isEmpty()) {
      put(
          "From MAILER-DAEMON "
              + DATE.format(Instant.EPOCH)
              + "\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: "
              + base
              + "\nStatus: RO\n\nThis keeps the numbers of a mailbox without messages.\n\n");
    }
  }

  /**
   * One whose messages we do not have, or that others have written into, is not ours to replace.
   */
  private void check() throws IOException, Trouble {
    former = Former.of(file);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean[] foreign = new boolean[1];
    try {
      SafeFiles.checkPlace(file);
      SafeFiles.checkFile(file);
      MailFile.Numbers numbers =
          MailFile.readAll(file, new Numbered(uid -> foreign[0] |= uid < 1 || uid >= uidNext));
      foreign[0] |= numbers.uidValidity() != uidValidity && Files.size(file) > 0;
    } catch (BrokenFile e) {
      foreign[0] = true;
    }
    if (foreign[0]) {
      throw new Trouble(
          file
              + ": it has messages that are not ours, or another UIDVALIDITY; choose an empty"
              + " folder");
    }
  }

  /** What is there before: mail that comes into it meanwhile is not to be replaced. */
  private record Former(Optional<Object> key, long size, FileTime changed) {
    static Optional<Former> of(Path file) throws IOException {
      try {
        BasicFileAttributes found =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Optional.of(
            new Former(
                Optional.ofNullable(found.fileKey()), found.size(), found.lastModifiedTime()));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }
  }

  /** Sees the UIDs of messages. */
  private record Numbered(LongConsumer seen) implements MailTaker {
    @Override
    public Message begin() {
      return new Message() {
        @Override
        public void write(byte[] octets, int offset, int length) {
          // It is not to be read.
        }

        @Override
        public void end(About about) {
          seen.accept(about.uid());
        }

        @Override
        public void close() {}
      };
    }
  }

  private List<String> keywords(Known message) {
    return message.flags().stream()
        .filter(flag -> !flag.startsWith("\\"))
        .filter(
            flag -> {
              boolean isOne = flag.indexOf(',') < 0; // which separates them
              if (!isOne) {
                without.add(flag);
              }
              return isOne;
            })
        .toList();
  }

  /** All are written anew. */
  @Override
  public boolean know(Known message) {
    return false;
  }

  @Override
  public MessageWriter begin(Known message, boolean asItIs) throws IOException {
    long start = out.position();
    put("From MAILER-DAEMON " + DATE.format(Instant.ofEpochMilli(message.date())) + "\n");
    MboxMessage text = new MboxMessage(fields(message), this::put);
    return new MessageWriter() {
      @Override
      public void write(byte[] octets) throws IOException {
        text.write(octets);
      }

      @Override
      public boolean finish() throws IOException {
        text.finish();
        text.lost()
            .ifPresent(what -> report.note(file.toString(), "UID " + message.uid() + ": " + what));
        base = null;
        return true;
      }

      @Override
      public void discard() throws IOException {
        FileChannel unused = out.truncate(start);
        FileChannel unusedToo = out.position(start);
      }

      @Override
      public void close() {}
    };
  }

  /** What Dovecot keeps in a header. */
  private String fields(Known message) {
    StringBuilder text = new StringBuilder();
    String first = base;
    if (first != null) {
      text.append("X-IMAPbase: ").append(first).append('\n');
    }
    text.append("X-UID: ").append(message.uid()).append('\n');
    boolean seen = message.flags().contains("\\Seen");
    text.append("Status: ").append(seen ? "RO" : "O").append('\n');
    String letters =
        letter(message, "\\Answered", "A")
            + letter(message, "\\Flagged", "F")
            + letter(message, "\\Draft", "T")
            + letter(message, "\\Deleted", "D");
    if (!letters.isEmpty()) {
      text.append("X-Status: ").append(letters).append('\n');
    }
    List<String> keywords = keywords(message);
    if (!keywords.isEmpty()) {
      text.append("X-Keywords: ").append(String.join(" ", keywords)).append('\n');
    }
    return text.toString();
  }

  private static String letter(Known message, String flag, String letter) {
    return message.flags().contains(flag) ? letter : "";
  }

  private void put(String text) throws IOException {
    byte[] octets = text.getBytes(UTF_8);
    put(octets, octets.length);
  }

  private void put(byte[] octets, int length) throws IOException {
    SafeFiles.write(out, octets, 0, length);
  }

  @Override
  public void finish() throws IOException, Trouble {
    out.force(true);
    if (!Former.of(file).equals(former)) {
      throw new Trouble(file + ": somebody else has written to it meanwhile; it is left as it is");
    }
    Path unused = Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      SafeFiles.sync(folder);
    }
    without.forEach(
        flag ->
            report.trouble(
                file.toString(),
                "keyword " + flag + " is left out: an mbox has none with a comma"));
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(unfinished);
  }
}
