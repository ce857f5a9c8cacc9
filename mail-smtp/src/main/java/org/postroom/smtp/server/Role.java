package org.postroom.smtp.server;

/** What a listener is for; decides what is offered and what is asked of a client. */
public enum Role {
  /** Other servers bring mail for us (RFC 5321). */
  MX("smtp", 25, false, false),
  /** Our users hand in mail (RFC 6409). */
  SUBMISSION("submission", 587, true, false),
  /** The same, TLS from the first octet (RFC 8314, 3.3). */
  SUBMISSIONS("submissions", 465, true, true),
  /** The same as submission, where 587 is shut. */
  ALTERNATIVE("alternative", 2525, true, false);

  private final String service;
  private final int port;
  private final boolean submission;
  private final boolean implicitTls;

  Role(String service, int port, boolean submission, boolean implicitTls) {
    this.service = service;
    this.port = port;
    this.submission = submission;
    this.implicitTls = implicitTls;
  }

  /** For log lines and metrics. */
  public String service() {
    return service;
  }

  /** The usual port. */
  public int port() {
    return port;
  }

  /**
   * Whether users hand in mail here: they must authenticate, use a sender that is theirs, and get
   * missing headers added.
   */
  public boolean isSubmission() {
    return submission;
  }

  /** Whether TLS comes before everything else. */
  public boolean hasImplicitTls() {
    return implicitTls;
  }
}
