package org.postroom.core.refusal;

/**
 * There is no room on the disk: our fault, a retry helps once there is. What was asked for did not
 * happen.
 */
public final class StorageFull extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageFull(String message) {
    super(message);
  }

  public StorageFull(String message, Throwable cause) {
    super(message, cause);
  }
}
