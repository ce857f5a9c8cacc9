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

  /** The same, where somebody else has found it and says so. */
  public BrokenMailFile(Exception found) {
    super(String.valueOf(found.getMessage()), found);
  }
}
