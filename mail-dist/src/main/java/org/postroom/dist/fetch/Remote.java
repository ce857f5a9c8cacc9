package org.postroom.dist.fetch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * Somebody's mail on a server elsewhere, as {@code imaps://USER@HOST:PORT/MAILBOX} says it.
 *
 * @param protocol how it is asked
 * @param tls whether TLS comes before everything else
 * @param user who logs in there
 * @param mailbox as IMAP writes it; POP3 has one alone
 */
record Remote(Protocol protocol, boolean tls, String user, String host, int port, String mailbox) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>[a-z0-9]+)://(?<user>[^/]+)@(?<host>\\[[^]]+]|[^@:/]+)(?::(?<port>\\d{1,5}))?"
              + "(?:/(?<mailbox>.*))?");

  /** What would be shown wherever the place is. */
  private static final Pattern PASSWORD = Pattern.compile("[^/]*//[^/]*:[^/]*@.*");

  /** How a server is asked. */
  enum Protocol {
    IMAP(143, 993),
    POP3(110, 995);

    private final int port;
    private final int tlsPort;

    Protocol(int port, int tlsPort) {
      this.port = port;
      this.tlsPort = tlsPort;
    }

    static Optional<Protocol> of(String scheme) {
      for (Protocol one : values()) {
        String name = one.name().toLowerCase(Locale.ROOT);
        if (scheme.equals(name) || scheme.equals(name + "s")) {
          return Optional.of(one);
        }
      }
      return Optional.empty();
    }
  }

  /** {@link BadValue} where it is none. */
  static Remote parse(String text) {
    if (PASSWORD.matcher(text).matches()) {
      throw new BadValue(
          "a colon in front of the @: the password is the first line of password_file= (a colon of"
              + " the user's name is percent-encoded)");
    }
    Matcher form = FORM.matcher(text);
    Optional<Protocol> found =
        form.matches() ? Protocol.of(form.group("scheme")) : Optional.empty();
    if (found.isEmpty()) {
      throw new BadValue(
          text
              + ": expected pop3s://USER@HOST, pop3://, imaps:// or imap://, a port behind it as"
              + " :PORT, and for IMAP a mailbox as /NAME");
    }
    Protocol protocol = found.get();
    boolean tls = form.group("scheme").endsWith("s");
    int usual = tls ? protocol.tlsPort : protocol.port;
    int port = form.group("port") == null ? usual : Integer.parseInt(form.group("port"));
    if (port < 1 || port > 65535) {
      throw new BadValue(text + ": no port: " + port);
    }
    String mailbox = form.group("mailbox") == null ? "" : decoded(form.group("mailbox"));
    if (protocol == Protocol.POP3 && !mailbox.isEmpty()) {
      throw new BadValue(text + ": POP3 knows no mailboxes");
    }
    String user = decoded(form.group("user"));
    if ((user + mailbox).chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
      throw new BadValue(text + ": control characters");
    }
    return new Remote(
        protocol,
        tls,
        user,
        form.group("host").replaceAll("[\\[\\]]", ""),
        port,
        protocol == Protocol.IMAP && mailbox.isEmpty() ? "INBOX" : mailbox);
  }

  /** A plus is no space here (RFC 5092, 11). */
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadValue(text + ": expected two hexadecimal digits behind each %");
    }
  }

  /** For people, and the same for the same place. */
  @Override
  public String toString() {
    return protocol.name().toLowerCase(Locale.ROOT)
        + (tls ? "s" : "")
        + "://"
        + user
        + "@"
        + host
        + ":"
        + port
        + (mailbox.isEmpty() ? "" : "/" + mailbox);
  }
}
