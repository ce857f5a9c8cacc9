package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files of our own that are there whole or not at all, for nobody else to read. */
final class SafeFiles {
  private SafeFiles() {}

  /** A folder with those above it. */
  static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path unused = Files.createDirectories(folder, rights("rwx------"));
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
