package org.postroom.storage.blob;

/**
 * The parts of the data folder do not belong together: a database that is empty or foreign beside a
 * log that is not, or a log with a part missing. Nothing was changed; an operator must decide
 * (restore, or rebuild the database from the log).
 */
public final class StoreMismatch extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreMismatch(String message) {
    super(message);
  }
}
