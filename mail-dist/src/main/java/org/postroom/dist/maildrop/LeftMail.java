package org.postroom.dist.maildrop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.postroom.core.json.Json;
import org.postroom.core.mail.Content;
import org.postroom.dist.control.Records;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.SubmitOperation.Mail;

/**
 * A mail in the maildrop: a file of its own. Its first line says how many octets the content has
 * (20 digits), and then, as JSON, who has left it and for whom it is; the content follows.
 *
 * <pre>
 * 00000000000000000052 {"user":"ada","mail":{"recipients":["bob"],…}}
 * Subject: …
 * </pre>
 *
 * <p>Threads may not share it. The file is open until it is closed.
 */
public final class LeftMail implements AutoCloseable {
  /** No envelope is longer, so that whoever reads one need not hold more in memory. */
  static final int LONGEST_HEAD = 1 << 20;

  private static final int DIGITS = 20;

  // What a listing has of one mail, whatever its head says.
  private static final int SHOWN = 100;
  private static final int LONGEST_WORD = 320;

  private final FileChannel file;
  private final String name;
  private final Head head;
  private final Instant left;
  private final long begin;
  private final long size;

  private LeftMail(FileChannel file, String name, Head head, Instant left, long begin, long size) {
    this.file = file;
    this.name = name;
    this.head = head;
    this.left = left;
    this.begin = begin;
    this.size = size;
  }

  /** What the first line says. */
  private record Head(String user, Mail mail) {

    byte[] toJson() {
      return Json.write(Map.of("user", user, "mail", Records.toJson(mail)));
    }

    static Head of(byte[] json) {
      if (Json.read(json) instanceof Map<?, ?> members
          && members.size() == 2
          && members.get("user") instanceof String user) {
        return new Head(user, Records.of(Mail.class, members.get("mail")));
      }
      throw new Json.Malformed("expected user and mail");
    }
  }

  /**
   * Writes one, to a file that is at its beginning; not synced.
   *
   * @param user who leaves it
   * @param content to its end; not closed
   * @throws IllegalArgumentException when the envelope is too long
   */
  static void write(FileChannel file, String user, Mail mail, InputStream content)
      throws IOException {
    byte[] head = new Head(user, mail).toJson();
    if (head.length > LONGEST_HEAD) {
      throw new IllegalArgumentException("too many recipients for one mail that is left");
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(head.length + DIGITS + 2);
    line.writeBytes((digits(0) + " ").getBytes(US_ASCII));
    line.writeBytes(head);
    line.write('\n');
    write(file, ByteBuffer.wrap(line.toByteArray()));
    long size = 0;
    byte[] chunk = new byte[64 * 1024];
    for (int count = content.read(chunk); count >= 0; count = content.read(chunk)) {
      write(file, ByteBuffer.wrap(chunk, 0, count));
      size += count;
    }
    // Last: what was cut off anywhere is seen to be.
    file.position(0);
    write(file, ByteBuffer.wrap(digits(size).getBytes(US_ASCII)));
  }

  private static String digits(long size) {
    String number = Long.toString(size);
    return "0".repeat(DIGITS - number.length()) + number;
  }

  private static void write(FileChannel file, ByteBuffer octets) throws IOException {
    while (octets.hasRemaining()) {
      int unused = file.write(octets);
    }
  }

  /**
   * Opens one.
   *
   * @throws BrokenMail when it is none, or not that of whoever owns the file
   * @throws IOException when it cannot be read
   */
  static LeftMail open(Path path) throws IOException, BrokenMail {
    BasicFileAttributes found =
        Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new BrokenMail("it is no regular file");
    }
    if (hasLinks(path)) {
      throw new BrokenMail("it has another name elsewhere");
    }
    FileChannel file;
    try {
      file = FileChannel.open(path, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS));
    } catch (AccessDeniedException e) {
      throw new BrokenMail("its mode lets nobody but its owner read it");
    }
    try {
      byte[] line = line(file);
      long size = size(line);
      long begin = line.length + 1L;
      if (file.size() != begin + size) {
        throw new BrokenMail("it has not the size that it says");
      }
      Head head = Head.of(Arrays.copyOfRange(line, DIGITS + 1, line.length));
      String owner = Files.getOwner(path, NOFOLLOW_LINKS).getName();
      if (!head.user().equals(owner)) {
        throw new BrokenMail("it is said to be of " + head.user() + ", and belongs to " + owner);
      }
      return new LeftMail(
          file,
          String.valueOf(path.getFileName()),
          head,
          found.lastModifiedTime().toInstant(),
          begin,
          size);
    } catch (Json.Malformed e) {
      file.close();
      throw new BrokenMail("its first line cannot be read: " + e.getMessage());
    } catch (IOException | BrokenMail | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static boolean hasLinks(Path path) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix")
        && Files.getAttribute(path, "unix:nlink", NOFOLLOW_LINKS) instanceof Integer links
        && links > 1;
  }

  private static byte[] line(FileChannel file) throws IOException, BrokenMail {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(8 * 1024);
    while (line.size() < LONGEST_HEAD + DIGITS + 2) {
      chunk.clear();
      if (file.read(chunk, line.size()) <= 0) {
        break;
      }
      for (int i = 0; i < chunk.position(); i++) {
        if (chunk.get(i) == '\n') {
          line.write(chunk.array(), 0, i);
          return line.toByteArray();
        }
      }
      line.write(chunk.array(), 0, chunk.position());
    }
    throw new BrokenMail("it has no first line, or too long a one");
  }

  private static long size(byte[] line) throws BrokenMail {
    String digits = new String(line, 0, Math.min(DIGITS, line.length), UTF_8);
    if (line.length <= DIGITS || line[DIGITS] != ' ' || !digits.matches("00[0-9]{18}")) {
      throw new BrokenMail("its first line does not begin with a size");
    }
    return Long.parseLong(digits);
  }

  /** What the file is called. */
  public String name() {
    return name;
  }

  /** Who has left it, by the name that this machine has for him. */
  public String user() {
    return head.user();
  }

  /** When. */
  public Instant left() {
    return left;
  }

  /** From whom and for whom it is; its content is {@link #content}. */
  public Mail mail() {
    return head.mail();
  }

  /** As a listing of the queue has it: with its first recipients. */
  DroppedMail shown() {
    return new DroppedMail(
        name,
        left,
        size,
        printable(mail().sender().orElse(user())),
        mail().recipients().stream().limit(SHOWN).map(LeftMail::printable).toList());
  }

  /** Whoever leaves mail may write anything; a terminal gets no more of it than an address has. */
  private static String printable(String word) {
    return word.substring(0, Math.min(LONGEST_WORD, word.length()))
        .replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
  }

  /** The octets, for as long as this is open. */
  public Content content() {
    return new InFile();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** The part of the file behind its first line. */
  private final class InFile implements Content {
    @Override
    public long size() {
      return size;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      int wanted = (int) Math.min(target.remaining(), size - position);
      if (wanted <= 0) {
        return 0;
      }
      ByteBuffer part = target.slice(target.position(), wanted);
      try {
        while (part.hasRemaining()) {
          if (file.read(part, begin + position + part.position()) < 0) {
            throw new EOFException("it has become shorter");
          }
        }
      } catch (IOException e) {
        // Not the store: no other mail is held up by it.
        throw new UncheckedIOException(name + " of the maildrop cannot be read", e);
      }
      target.position(target.position() + wanted);
      return wanted;
    }
  }
}
