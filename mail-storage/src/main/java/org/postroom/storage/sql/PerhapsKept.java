package org.postroom.storage.sql;

import org.postroom.core.refusal.StorageUnavailable;

/** It is not known whether a unit of work was kept; whoever asks again has to look first. */
final class PerhapsKept extends StorageUnavailable {
  private static final long serialVersionUID = 1L;

  PerhapsKept(String message, Throwable cause) {
    super(message, cause);
  }
}
