package org.postroom.core.refusal;

/**
 * The store answers, and says that these octets are not there or not as they were written: no retry
 * helps. Whoever does not tell it from a store that is away may treat it alike; only this is a
 * reason to go on without the octets, or to tell a sender that his mail is damaged.
 */
public final class ContentDamaged extends StorageUnavailable {
  private static final long serialVersionUID = 1L;

  public ContentDamaged(String message) {
    super(message);
  }

  public ContentDamaged(String message, Throwable cause) {
    super(message, cause);
  }
}
