package org.postroom.dist.files;

import java.nio.file.Path;

/**
 * A file of mail is not what it should be; the message says which file, where in it, and what is
 * wrong.
 */
public final class BrokenFile extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenFile(Path file, long line, long offset, String what) {
    super(file + ": line " + line + " (offset " + offset + "): " + what);
  }
}
