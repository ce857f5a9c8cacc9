package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Files of our own that are there whole or not at all, for nobody else to read, and files of others
 * without what links lead to: who may make a link is often not who may read all that it leads to.
 */
final class SafeFiles {
  private static final int LONGEST_TEXT = 64 << 20;

  private SafeFiles() {}

  /**
   * A folder with those above it.
   *
   * @throws Trouble when a link leads there
   */
  static void makeFolder(Path folder) throws IOException, Trouble {
    checkPlace(folder);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Path unused = Files.createDirectories(folder, rights("rwx------"));
    }
  }

  /**
   * Looks whether a place, or what there is of it, is where its name says.
   *
   * @throws Trouble when a link leads there
   */
  static void checkPlace(Path place) throws IOException, Trouble {
    Path there = place;
    while (there != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    if (there == null) {
      return;
    }
    Path real = Files.exists(there) ? there.toRealPath() : null;
    if (!there.equals(real)) {
      throw new Trouble(
          there
              + ": a link leads there; name where it leads"
              + (real == null ? ", once it is there" : ": " + real));
    }
  }

  /**
   * Looks again, right before a file is opened: opening a pipe, say, would wait for somebody.
   *
   * @throws NoSuchFileException when it is gone
   * @throws Trouble when it is no file any more
   */
  static void checkFile(Path file) throws IOException, Trouble {
    if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isRegularFile()) {
      throw new Trouble(file + ": no file, but a link or something else");
    }
  }

  /**
   * A text that another program keeps beside the mail; empty where there is none.
   *
   * @throws Trouble when it is longer than any of them can be
   */
  static Optional<String> text(Path file) throws IOException, Trouble {
    return text(file, LONGEST_TEXT);
  }

  /** A text of so many octets at most. */
  static Optional<String> text(Path file, int most) throws IOException, Trouble {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] octets = in.readNBytes(most + 1);
      if (octets.length > most) {
        throw new Trouble(file + ": it has more than " + most + " octets, which is too many");
      }
      return Optional.of(new String(octets, UTF_8));
    }
  }

  /** A new file, in the place of what may be left of an earlier one. */
  static FileChannel create(Path file) throws IOException {
    Files.deleteIfExists(file);
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), rights("rw-------"));
  }

  private static FileAttribute<?> rights(String rights) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights));
  }

  static void write(FileChannel file, byte[] octets, int from, int to) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(octets, from, to - from);
    while (left.hasRemaining()) {
      int unused = file.write(left);
    }
  }

  /** Has a file say this, on the disk, from one moment to the next. */
  static void replace(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel out = create(unfinished)) {
      byte[] octets = text.getBytes(UTF_8);
      write(out, octets, 0, octets.length);
      out.force(true);
    }
    Path unused = Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      sync(folder);
    }
  }

  /** Has the names in a folder on the disk. */
  static void sync(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
