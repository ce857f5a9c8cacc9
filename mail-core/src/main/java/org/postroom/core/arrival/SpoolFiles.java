package org.postroom.core.arrival;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/** Where the files of a {@link StagingArea} come from. */
interface SpoolFiles {

  /** A new file for reading and writing that is gone when it is closed. */
  FileChannel create() throws IOException;

  /**
   * Files in {@code folder}, which is made when it is not there. Where the system allows it they
   * have no name from the first moment on, so that none is left behind even when the process dies.
   */
  static SpoolFiles in(Path folder) {
    return in(() -> folder);
  }

  /**
   * The same.
   *
   * @param where asked for each file
   */
  static SpoolFiles in(Supplier<Path> where) {
    return () -> {
      Path folder = found(where);
      Files.createDirectories(folder);
      boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
      FileAttribute<?>[] ownersOnly =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      return FileChannel.open(
          folder.resolve("staged-" + UUID.randomUUID()),
          Set.of(
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE),
          ownersOnly);
    };
  }

  private static Path found(Supplier<Path> where) throws IOException {
    try {
      return where.get();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
