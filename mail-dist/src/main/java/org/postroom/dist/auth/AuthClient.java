package org.postroom.dist.auth;

import java.net.InetAddress;
import java.util.Optional;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.auth.AppPassword;

/**
 * What a server says of the client that wants to log in.
 *
 * @param scope what it wants to log in to
 * @param remote where it is; the server itself where that does not say it
 * @param local our end's address, or the server's
 * @param isSecured whether nobody can listen on its way to the server
 * @param isCounted whether its failures are counted here
 * @param initial its initial response, in base64
 */
record AuthClient(
    AppPassword.Scope scope,
    Optional<InetAddress> remote,
    Optional<InetAddress> local,
    boolean isSecured,
    boolean isCounted,
    Optional<String> initial) {

  /** Reads what follows on the mechanism. What nobody here knows means nothing. */
  static AuthClient read(Fields fields) {
    Optional<AppPassword.Scope> scope = Optional.empty();
    Optional<InetAddress> remote = Optional.empty();
    Optional<InetAddress> local = Optional.empty();
    Optional<String> initial = Optional.empty();
    boolean secured = false;
    boolean counted = true;
    // What follows on the initial response is the client's: a tab in it makes no field.
    while (!fields.isAtEnd() && initial.isEmpty()) {
      String field = fields.field("parameter");
      int equals = field.indexOf('=');
      String value = equals < 0 ? "" : field.substring(equals + 1);
      switch (equals < 0 ? field : field.substring(0, equals)) {
        case "service" -> scope = Optional.of(scope(value));
        case "rip" -> remote = Optional.of(address(value));
        case "lip" -> local = Optional.of(address(value));
        case "secured" -> secured = true;
        case "transport" -> secured |= value.equals("TLS") || value.equals("trusted");
        case "no-penalty" -> counted = false;
        case "resp" -> initial = Optional.of(value);
        default -> {}
      }
    }
    return new AuthClient(
        scope.orElseThrow(() -> new ProtocolError("no service")),
        remote,
        local,
        secured,
        counted,
        initial);
  }

  /** Servers of mail call their service as they like; the two others have one name. */
  private static AppPassword.Scope scope(String service) {
    return switch (service) {
      case "imap" -> AppPassword.Scope.IMAP;
      case "pop3" -> AppPassword.Scope.POP3;
      default -> AppPassword.Scope.SMTP;
    };
  }

  /** The zone of a link, which Postfix says, too, is no part of it. */
  private static InetAddress address(String text) {
    int zone = text.indexOf('%');
    return IpLiteral.parse(zone < 0 ? text : text.substring(0, zone))
        .orElseThrow(() -> new ProtocolError("no address"));
  }
}
