package org.postroom.dist.applet.move;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A message that is written to a file with the line ends of this machine: a LF for each CR LF.
 * Where that could not be undone, because a line ends with a CR of its own, it has to be written
 * with its octets as they are.
 */
final class LfFile implements AutoCloseable {
  private final Path path;
  private final FileChannel file;
  private final boolean asItIs;
  private boolean owesCr;
  private boolean irreversible;
  private long size;

  /**
   * Begins it.
   *
   * @param asItIs whether line ends stay CR LF
   */
  LfFile(Path path, boolean asItIs) throws IOException {
    this.path = path;
    this.file = SafeFiles.create(path);
    this.asItIs = asItIs;
  }

  Path path() {
    return path;
  }

  void write(byte[] octets) throws IOException {
    if (asItIs) {
      put(octets, octets.length);
      return;
    }
    byte[] out = new byte[octets.length + 1];
    int to = 0;
    for (byte octet : octets) {
      if (owesCr) {
        owesCr = false;
        if (octet != '\n') {
          out[to++] = '\r';
          irreversible |= octet == '\r';
        }
      }
      if (octet == '\r') {
        owesCr = true;
      } else {
        out[to++] = octet;
      }
    }
    put(out, to);
  }

  private void put(byte[] octets, int count) throws IOException {
    SafeFiles.write(file, octets, 0, count);
    size += count;
  }

  /**
   * It is whole, and on the disk.
   *
   * @return whether it can be read back octet by octet
   */
  boolean finish() throws IOException {
    if (owesCr) {
      put(new byte[] {'\r'}, 1);
    }
    file.force(true);
    return !irreversible;
  }

  /** Octets of the file. */
  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
