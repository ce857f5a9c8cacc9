package org.postroom.storage.sql;

import java.sql.SQLException;

/** The lock that keeps other servers out cannot be had. */
final class LockRefused extends SQLException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  private LockRefused(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** Another server has it. */
  static LockRefused held(String by) {
    return new LockRefused("another server works in this database (" + by + ")", true);
  }

  /** What answers there has no such lock, or gives it to everybody. */
  static LockRefused impossible(String why) {
    return new LockRefused(why, false);
  }

  /** Whether trying again later can help. */
  boolean mayPass() {
    return passing;
  }
}
