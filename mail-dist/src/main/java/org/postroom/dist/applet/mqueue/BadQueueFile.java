package org.postroom.dist.applet.mqueue;

import java.nio.file.Path;

/** A file of a queue is not what it should be; says which file, where, and what was expected. */
public final class BadQueueFile extends Exception {
  private static final long serialVersionUID = 1L;

  BadQueueFile(Path file, String why) {
    super(file + ": " + why, null, false, false);
  }

  BadQueueFile(Path file, int line, String why) {
    super(file + ", line " + line + ": " + why, null, false, false);
  }
}
