package org.postroom.smtp.client;

import org.postroom.core.address.Domain;

/**
 * Where mail goes, as {@code relayhost} and transport tables write it: {@code example.org} (its
 * mail exchangers), {@code [mx.example.org]} or {@code [192.0.2.1]} (that host itself), each with
 * {@code :port}.
 *
 * @param host without brackets, as {@link Domain#spelled} has it
 * @param literal whether it stood in brackets: no MX look-up
 */
public record NextHop(String host, boolean literal, int port) {

  /** What comes of a text that is no next hop. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String text) {
      super("\"" + text + "\" is no next hop; expected host, host:port, [host] or [host]:port");
    }
  }

  /** Where mail for a domain goes when nobody says otherwise. */
  static NextHop of(Domain domain, int defaultPort) {
    return parse(domain.name(), defaultPort);
  }

  /**
   * Reads a next hop.
   *
   * @param defaultPort when none is given
   */
  public static NextHop parse(String text, int defaultPort) {
    String trimmed = Domain.spelled(text.strip());
    if (trimmed.startsWith("[")) {
      int end = trimmed.indexOf(']');
      if (end < 2) {
        throw new Malformed(text);
      }
      String host = trimmed.substring(1, end);
      String rest = trimmed.substring(end + 1);
      if (!rest.isEmpty() && !rest.startsWith(":")) {
        throw new Malformed(text);
      }
      return new NextHop(
          host.startsWith("ipv6:") ? host.substring(5) : host,
          true,
          rest.isEmpty() ? defaultPort : port(rest.substring(1), text));
    }
    int colon = trimmed.lastIndexOf(':');
    String host = colon < 0 ? trimmed : trimmed.substring(0, colon);
    if (host.isEmpty() || host.indexOf(':') >= 0) {
      throw new Malformed(text);
    }
    return new NextHop(
        host, false, colon < 0 ? defaultPort : port(trimmed.substring(colon + 1), text));
  }

  private static int port(String digits, String text) {
    if (digits.equals("smtp")) {
      return 25;
    }
    if (digits.equals("submission")) {
      return 587;
    }
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw new Malformed(text);
    }
    throw new Malformed(text);
  }

  @Override
  public String toString() {
    return (literal ? "[" + host + "]" : host) + ":" + port;
  }
}
