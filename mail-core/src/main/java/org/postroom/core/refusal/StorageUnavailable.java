package org.postroom.core.refusal;

/**
 * The store cannot do its work now: our fault, a retry may help. What was asked for did not happen.
 */
public class StorageUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageUnavailable(String message) {
    super(message);
  }

  public StorageUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
