package org.postroom.storage;

/**
 * The store cannot be opened as asked. The message names the folder, file or database, says what is
 * wrong with it and what to do; nothing was changed. Trying again helps only after somebody did it.
 */
public final class StorageFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageFault(String message) {
    super(message);
  }

  public StorageFault(String message, Throwable cause) {
    super(message, cause);
  }
}
