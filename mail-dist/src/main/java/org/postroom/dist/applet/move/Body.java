package org.postroom.dist.applet.move;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Octets of one message, as they are to be kept; how many there are is known before they are read.
 */
final class Body {
  /** No message may be longer. */
  static final long MOST = Integer.MAX_VALUE;

  /** What is longer is read twice instead of held. */
  private static final int MOST_HELD = 256 * 1024;

  private final long size;
  private final Opener opener;
  private final @Nullable Path file;

  private Body(long size, Opener opener, @Nullable Path file) {
    this.size = size;
    this.opener = opener;
    this.file = file;
  }

  /** Opens octets from their beginning. */
  interface Opener {
    InputStream open() throws IOException, Trouble;
  }

  /** Reads it once, to know its size. */
  static Body of(Opener opener) throws IOException, Trouble {
    try (InputStream in = opener.open()) {
      byte[] held = in.readNBytes(MOST_HELD);
      long size = held.length;
      byte[] chunk = new byte[64 * 1024];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        size += count;
        if (size > MOST) {
          // What is packed well may have no end.
          throw tooLong();
        }
      }
      return size == held.length ? of(held) : new Body(size, opener, null);
    }
  }

  /** In memory. */
  static Body of(byte[] octets) {
    return new Body(octets.length, () -> new ByteArrayInputStream(octets), null);
  }

  /** In a file that is ours, and gone with it. */
  static Body of(Path file, long size) {
    return new Body(size, () -> Files.newInputStream(file), file);
  }

  /** None, because there are too many. */
  static Body tooLong(long size) {
    return new Body(
        size,
        () -> {
          throw tooLong();
        },
        null);
  }

  /** Says so. */
  static Trouble tooLong() {
    return new Trouble("it has more than " + MOST + " octets, which is too many");
  }

  /** Nobody asks for it any more. */
  void discard() {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException("a temporary file cannot be removed", e);
      }
    }
  }

  long size() {
    return size;
  }

  InputStream open() throws IOException {
    try {
      return opener.open();
    } catch (Trouble e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  String sha256() throws IOException {
    try (InputStream in = open()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[64 * 1024];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        digest.update(chunk, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
