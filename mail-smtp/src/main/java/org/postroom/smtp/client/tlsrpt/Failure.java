package org.postroom.smtp.client.tlsrpt;

/**
 * How TLS with a host has failed (RFC 8460, 4.3 and 4.4).
 *
 * @param result as reports call it, such as {@code certificate-expired}
 * @param from our address; empty where there was no connection
 * @param host the mail exchanger; empty where it had not come to one
 * @param to its address; empty where there was no connection
 * @param reason for people; cut where it is long
 */
public record Failure(String result, String from, String host, String to, String reason) {
  private static final int LONGEST = 120;

  public Failure {
    reason = reason.length() > LONGEST ? reason.substring(0, LONGEST) : reason;
  }
}
