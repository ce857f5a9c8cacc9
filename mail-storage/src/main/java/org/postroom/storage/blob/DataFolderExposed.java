package org.postroom.storage.blob;

import java.nio.file.Path;

/** Users other than the server's own can get into the data folder. */
public final class DataFolderExposed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DataFolderExposed(Path folder, String permissions) {
    super(
        "data folder "
            + folder
            + " is open to other users ("
            + permissions
            + "), but mail, password hashes and the control socket in it are for the server's"
            + " user alone: chmod 0700 "
            + folder);
  }
}
