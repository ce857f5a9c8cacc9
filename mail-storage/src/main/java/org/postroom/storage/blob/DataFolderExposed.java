package org.postroom.storage.blob;

/** Users other than the one who runs this can get into the data folder, or it is theirs. */
public final class DataFolderExposed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DataFolderExposed(String fault) {
    super(fault);
  }
}
