package org.postroom.storage.blob;

import java.nio.file.Path;

/** Another process (or another store in this one) has the data folder open. */
public final class DataFolderInUse extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DataFolderInUse(Path folder, String holder) {
    super("data folder " + folder + " is in use by process " + holder);
  }
}
