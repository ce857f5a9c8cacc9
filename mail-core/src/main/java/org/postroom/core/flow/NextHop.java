package org.postroom.core.flow;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;

/**
 * Where mail goes, as {@code relayhost} and transport tables write it: {@code example.org} (its
 * mail exchangers), {@code [mx.example.org]} or {@code [192.0.2.1]} (that host itself), each with
 * {@code :port}; or a socket in the file system.
 *
 * @param written as configuration writes it: the key under which tables have something to say of it
 * @param host without brackets, as {@link Domain#spelled} has it; of a socket its path
 * @param literal whether it stood in brackets: no MX look-up
 * @param port 0 of a socket
 */
public record NextHop(String written, String host, boolean literal, int port) {

  private static final int PLAIN_SMTP = 25;
  private static final Pattern BETWEEN = Pattern.compile("[,\\s]+");

  /** What comes of a text that is no next hop. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String text) {
      super("\"" + text + "\" is no next hop; expected host, host:port, [host] or [host]:port");
    }
  }

  /** Where mail for a domain goes when nobody says otherwise. */
  public static NextHop of(Domain domain, int defaultPort) {
    return parse(domain.name(), defaultPort);
  }

  /**
   * A socket in the file system.
   *
   * @param base what a path is relative to that begins without a slash
   */
  public static NextHop socket(String path, Path base) {
    try {
      if (!path.isEmpty()) {
        return new NextHop("unix:" + path, base.resolve(path).toString(), true, 0);
      }
    } catch (InvalidPathException e) {
      throw new Malformed(path);
    }
    throw new Malformed("unix:" + path);
  }

  /** Where in the file system; empty where it is a host. */
  public Optional<Path> socket() {
    return port == 0 ? Optional.of(Path.of(host)) : Optional.empty();
  }

  /**
   * Reads next hops that are to be tried one after the other.
   *
   * @param text with commas or white space between them
   * @param defaultPort where none is given
   * @return at least one
   */
  public static List<NextHop> list(String text, int defaultPort) {
    List<NextHop> hops = items(text).stream().map(item -> parse(item, defaultPort)).toList();
    if (hops.isEmpty()) {
      throw new Malformed(text);
    }
    return hops;
  }

  /** The texts of several, each of which is a next hop; {@link Malformed} where one is none. */
  static List<String> checked(String text) {
    list(text, PLAIN_SMTP);
    return items(text);
  }

  private static List<String> items(String text) {
    return BETWEEN.splitAsStream(text).filter(item -> !item.isEmpty()).toList();
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
      String named = host.startsWith("ipv6:") ? host.substring(5) : host;
      return new NextHop(
          text.strip(),
          named(named, text),
          true,
          rest.isEmpty() ? defaultPort : port(rest.substring(1), text));
    }
    int colon = trimmed.lastIndexOf(':');
    String host = colon < 0 ? trimmed : trimmed.substring(0, colon);
    if (host.isEmpty() || host.indexOf(':') >= 0) {
      throw new Malformed(text);
    }
    return new NextHop(
        text.strip(),
        named(host, text),
        false,
        colon < 0 ? defaultPort : port(trimmed.substring(colon + 1), text));
  }

  private static String named(String host, String text) {
    try {
      return IpLiteral.parse(host).isPresent() ? host : Domain.of(host).name();
    } catch (MalformedAddress e) {
      throw new Malformed(text);
    }
  }

  private static int port(String digits, String text) {
    if (digits.equals("smtp")) {
      return PLAIN_SMTP;
    }
    if (digits.equals("submission")) {
      return 587;
    }
    if (digits.equals("submissions") || digits.equals("smtps")) {
      return 465;
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

  /** Leads to the same place, whatever it is called. */
  @Override
  public boolean equals(Object other) {
    return other instanceof NextHop hop
        && hop.host.equals(host)
        && hop.literal == literal
        && hop.port == port;
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }

  @Override
  public String toString() {
    return port == 0 ? "unix:" + host : (literal ? "[" + host + "]" : host) + ":" + port;
  }
}
