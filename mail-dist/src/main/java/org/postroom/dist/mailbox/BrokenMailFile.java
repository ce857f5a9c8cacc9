package org.postroom.dist.mailbox;

import java.nio.file.Path;

/**
 * A file of mail is not what it should be; the message says which file, where in it, and what is
 * wrong. Trying again does not help.
 */
public final class BrokenMailFile extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokenMailFile(Path file, String what) {
    super(file + ": " + what);
  }

  /**
   * At a line.
   *
   * @param line counted from 1
   * @param offset of its first octet in the file
   */
  public BrokenMailFile(Path file, long line, long offset, String what) {
    this(file, "line " + line + " (offset " + offset + "): " + what);
  }
}
