package org.postroom.dist.applet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * A data folder that was made once for the tests of a class: its schema, its certificate and the
 * hash of a password cost a second and more, and are most of what a test would take that has
 * nothing to do with them.
 */
public final class FolderCopy {
  private FolderCopy() {}

  /** Copies a folder that no server uses, to where there is none. */
  public static void of(Path made, Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.toList()) {
        Path unused =
            Files.copy(
                file,
                copy.resolve(made.relativize(file).toString()),
                StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
