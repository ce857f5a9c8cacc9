package org.postroom.storage;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be opened as asked. The message names the folder, file or database, says what is
 * wrong with it and what to do; nothing was changed.
 */
public final class StorageFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  private StorageFault(String message, @Nullable Throwable cause, boolean passing) {
    super(message, cause);
    this.passing = passing;
  }

  /** Something that may pass by itself: the place is in use, or does not answer. */
  public static StorageFault passing(String message, Throwable cause) {
    return new StorageFault(message, cause, true);
  }

  /** Something that stays until somebody has put it right. */
  public static StorageFault lasting(String message, @Nullable Throwable cause) {
    return new StorageFault(message, cause, false);
  }

  /** The same fault, said with where the place was asked for. */
  public StorageFault at(String where) {
    return new StorageFault(where + ": " + getMessage(), this, passing);
  }

  /** Whether trying again can help although nobody did anything. */
  public boolean mayPass() {
    return passing;
  }
}
