package org.postroom.smtp.client.sasl;

/** We are not logged in. */
public final class LogInFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String status;
  private final boolean permanent;
  private final boolean refused;

  /**
   * For a reason that may pass.
   *
   * @param status enhanced status code (RFC 3463), such as 4.7.0
   * @param reason on one line, without a secret
   */
  public LogInFailed(String status, String reason) {
    this(status, reason, false, false);
  }

  /**
   * For a reason.
   *
   * @param permanent whether the server has refused for good, and settings take its word for it
   * @param refused whether it was the server who has refused
   */
  LogInFailed(String status, String reason, boolean permanent, boolean refused) {
    super(reason, null, false, false);
    this.status = status;
    this.permanent = permanent;
    this.refused = refused;
  }

  public String status() {
    return status;
  }

  public boolean isPermanent() {
    return permanent;
  }

  /** Whether the server has refused us, as it will at its other addresses. */
  public boolean isRefused() {
    return refused;
  }

  /** What the server said does not belong to the mechanism. */
  static LogInFailed malformed(String what) {
    return new LogInFailed("4.7.0", "SASL authentication failed: " + what);
  }
}
