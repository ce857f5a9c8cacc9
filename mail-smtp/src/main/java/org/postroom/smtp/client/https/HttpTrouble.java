package org.postroom.smtp.client.https;

/** There is no answer; says why. */
public final class HttpTrouble extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean untrusted;

  HttpTrouble(String reason) {
    this(reason, false);
  }

  /**
   * Trouble.
   *
   * @param untrusted whether the server's certificate will not do, or there was no handshake
   */
  HttpTrouble(String reason, boolean untrusted) {
    super(reason, null, false, false);
    this.untrusted = untrusted;
  }

  /** Whether the server has not shown who it is. */
  public boolean isUntrusted() {
    return untrusted;
  }
}
