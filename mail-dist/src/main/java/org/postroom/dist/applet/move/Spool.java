package org.postroom.dist.applet.move;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Takes a message that can be read only once: in memory while it is small, else in a file. */
final class Spool implements AutoCloseable {
  private static final int MOST_HELD = 256 * 1024;

  private final long most;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private @Nullable Path path;
  private @Nullable OutputStream file;
  private long size;

  Spool() {
    this(Body.MOST);
  }

  /** One that keeps so many octets at most. */
  Spool(long most) {
    this.most = most;
  }

  void write(byte[] octets, int offset, int length) {
    try {
      if (size + length > most) {
        // It goes on to be read, so that what stands behind it can be.
        size += length;
        close();
        return;
      }
      if (file == null && held.size() + length > MOST_HELD) {
        path = Files.createTempFile("postroom", ".eml");
        file = Files.newOutputStream(path);
        held.writeTo(file);
      }
      OutputStream to = file == null ? held : file;
      to.write(octets, offset, length);
      size += length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of it; whoever has it discards it. */
  Body finish() throws IOException {
    if (size > most) {
      return Body.tooLong(size);
    }
    if (file == null || path == null) {
      return Body.of(held.toByteArray());
    }
    file.close();
    Path whole = path;
    path = null;
    return Body.of(whole, size);
  }

  /** Without {@link #finish} nothing is left of it. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
    if (path != null) {
      Files.deleteIfExists(path);
    }
  }
}
