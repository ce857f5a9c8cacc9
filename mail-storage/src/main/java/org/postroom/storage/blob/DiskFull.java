package org.postroom.storage.blob;

import java.io.IOException;

/** The device has no room for a write; nothing of the batch under way is durable. */
public final class DiskFull extends IOException {
  private static final long serialVersionUID = 1L;

  public DiskFull(String message, Throwable cause) {
    super(message, cause);
  }
}
