package org.postroom.dist;

import java.util.Optional;

/** What a listener is for; its usual port, and whether TLS comes first. */
public enum Role {
  /** Mail from other servers. */
  MX("smtp", 25, false),
  /** Mail from our own users, who log in; TLS by STARTTLS. */
  SUBMISSION("submission", 587, false),
  /** Mail from our own users, TLS from the first octet (RFC 8314). */
  SUBMISSIONS("submissions", 465, true),
  /** Like {@link #SUBMISSION}, where providers block 587. */
  ALTERNATIVE("alternative", 2525, false),
  POP3("pop3", 110, false),
  POP3S("pop3s", 995, true),
  IMAP("imap", 143, false),
  IMAPS("imaps", 993, true);

  private final String service;
  private final int port;
  private final boolean implicitTls;

  Role(String service, int port, boolean implicitTls) {
    this.service = service;
    this.port = port;
    this.implicitTls = implicitTls;
  }

  /** As configuration and logs call it. */
  public String service() {
    return service;
  }

  /** Where clients expect it. */
  public int port() {
    return port;
  }

  /** Whether the TLS handshake comes before everything else. */
  public boolean implicitTls() {
    return implicitTls;
  }

  /** The role that configuration calls {@code service}. */
  public static Optional<Role> of(String service) {
    for (Role role : values()) {
      if (role.service.equals(service)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
