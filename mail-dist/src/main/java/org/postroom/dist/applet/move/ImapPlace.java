package org.postroom.dist.applet.move;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks IMAP and who logs in there, as {@code imaps://USER@HOST:PORT/} (TLS from the
 * beginning) or {@code imap://USER@HOST:PORT/} (TLS by STARTTLS; without it on this machine only).
 */
record ImapPlace(boolean tls, String user, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>imaps?)://(?<user>[^/]+)@(?<host>\\[[^]]+]|[^@:/]+)(?::(?<port>\\d{1,5}))?/?");

  /**
   * Understands what was written.
   *
   * @throws Trouble when it is none
   */
  static ImapPlace parse(String text) throws Trouble {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new Trouble(text + ": expected imaps://USER@HOST or imaps://USER@HOST:PORT");
    }
    boolean tls = form.group("scheme").equals("imaps");
    int port = form.group("port") == null ? tls ? 993 : 143 : Integer.parseInt(form.group("port"));
    if (port < 1 || port > 65535) {
      throw new Trouble(text + ": no port: " + port);
    }
    // A plus is no space here (RFC 5092, 11).
    String user = URLDecoder.decode(form.group("user").replace("+", "%2B"), StandardCharsets.UTF_8);
    return new ImapPlace(tls, user, form.group("host").replaceAll("[\\[\\]]", ""), port);
  }
}
