package org.postroom.smtp.client;

import java.nio.file.Path;
import java.util.List;
import org.postroom.core.flow.NextHop;

/**
 * What differs between SMTP and LMTP (RFC 2033) for a client: how it greets, how many answers there
 * are to content, and how next hops are written.
 *
 * @param greeting the verb
 * @param fallsBack whether a server that does not know it is greeted by HELO
 * @param answersEach whether each recipient that was taken has an answer of its own behind the dot
 *     (RFC 2033, 4.2)
 */
public record Dialect(String greeting, boolean fallsBack, boolean answersEach) {
  static final Dialect SMTP = new Dialect("EHLO", true, false);
  static final Dialect LMTP = new Dialect("LHLO", false, true);

  private static final String UNIX = "unix:";
  private static final String INET = "inet:";

  /**
   * The next hops that a text names: of LMTP, {@code unix:/path} as well, and {@code inet:} may
   * stand before a host.
   *
   * @param base what paths are relative to
   * @throws NextHop.Malformed where it is none
   */
  List<NextHop> hops(String text, int defaultPort, Path base) {
    if (!answersEach) {
      return NextHop.list(text, defaultPort);
    }
    String hop = text.strip();
    return hop.startsWith(UNIX)
        ? List.of(NextHop.socket(hop.substring(UNIX.length()), base))
        : NextHop.list(hop.startsWith(INET) ? hop.substring(INET.length()) : hop, defaultPort);
  }
}
