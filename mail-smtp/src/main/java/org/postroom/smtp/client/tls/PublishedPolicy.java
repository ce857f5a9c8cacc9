package org.postroom.smtp.client.tls;

import java.util.List;
import java.util.Locale;

/**
 * What a domain has published of TLS to its hosts, as reports to it say (RFC 8460, 4.4).
 *
 * @param type of what it is
 * @param lines of its text
 * @param exchangers hosts that it names, as it names them
 */
public record PublishedPolicy(Type type, List<String> lines, List<String> exchangers) {
  /** Nothing. */
  public static final PublishedPolicy NONE =
      new PublishedPolicy(Type.NO_POLICY_FOUND, List.of(), List.of());

  /** What it can be. */
  public enum Type {
    TLSA,
    STS,
    NO_POLICY_FOUND;

    /** As reports call it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public PublishedPolicy {
    lines = List.copyOf(lines);
    exchangers = List.copyOf(exchangers);
  }
}
