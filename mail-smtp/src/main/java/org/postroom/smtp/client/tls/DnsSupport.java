package org.postroom.smtp.client.tls;

import org.postroom.core.config.Choice;

/** How far the DNS is asked for next hops ({@code smtp_dns_support_level}). */
public enum DnsSupport implements Choice {
  /** As {@code disable_dns_lookups} says. */
  UNSAID(""),
  /** Names of next hops are those of hosts, whose mail exchangers are not looked up. */
  DISABLED("disabled"),
  ENABLED("enabled"),
  /** With proofs, which DANE needs. */
  DNSSEC("dnssec");

  private final String spelling;

  DnsSupport(String spelling) {
    this.spelling = spelling;
  }

  @Override
  public String spelling() {
    return spelling;
  }
}
