package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For content on its way, where there is no folder of the server's. Made when it is first asked
 * for: most servers in memory never have a mail that is too large for that. From any thread.
 */
final class TemporaryFolder implements Supplier<Path>, AutoCloseable {
  private @Nullable Path folder;

  @Override
  public synchronized Path get() {
    Path made = folder;
    if (made == null) {
      try {
        made = Files.createTempDirectory("postroom");
      } catch (IOException e) {
        throw new UncheckedIOException("a temporary folder cannot be made", e);
      }
      folder = made;
    }
    return made;
  }

  /** Takes it away; it is empty. */
  @Override
  public synchronized void close() throws IOException {
    if (folder != null) {
      Files.deleteIfExists(folder);
    }
  }
}
