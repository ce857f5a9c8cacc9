package org.postroom.imap.command;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.SaslExchange;
import org.postroom.core.auth.SaslResponse;
import org.postroom.core.auth.SaslStep;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.Stranger;

/**
 * AUTHENTICATE (RFC 9051, 6.2.2), the first answer perhaps in the command itself (RFC 4959).
 *
 * @param initial in base64; null when the client waits to be asked
 */
record AuthenticateCommand(String mechanism, @Nullable String initial)
    implements Command<Stranger> {
  private static final int MAX_LINE = 64 * 1024;

  static Command<Stranger> parse(ImapReader in) {
    in.space();
    String mechanism = in.word();
    String initial = in.atEnd() ? null : in.rest();
    return new AuthenticateCommand(mechanism, initial);
  }

  @Override
  public Completion execute(Stranger state, Responder out) {
    Client client = state.client();
    Optional<Mechanisms.SaslMechanism> found = Mechanisms.named(mechanism);
    if (found.isEmpty()) {
      return Completion.no("", "Unsupported authentication mechanism.");
    }
    if (found.get().sendsPassword() && !client.mayUsePlaintext()) {
      return Completion.no("PRIVACYREQUIRED", "Passwords need TLS here.");
    }
    SaslExchange exchange =
        found.get().start(client.services().accounts(), client.services().random());
    return new Exchange(client, out, found.get().name(), exchange)
        .follow(
            exchange.begin(
                Optional.ofNullable(initial)
                    .map(SaslResponse::parseInitial)
                    .map(AuthenticateCommand::octets)));
  }

  private static byte[] octets(SaslResponse response) {
    if (response instanceof SaslResponse.Cancelled) {
      throw new BadCommand("Authentication cancelled.");
    }
    return response.value().orElseThrow(() -> new BadCommand("Invalid base64."));
  }

  /** The way from line to line; between lines it holds no thread. */
  private record Exchange(Client client, Responder out, String mechanism, SaslExchange exchange) {

    Completion follow(SaslStep step) {
      if (step instanceof SaslStep.Challenge challenge) {
        // Never a bare "+": clients wait for the space.
        out.writer().ascii("+ ").ascii(SaslResponse.encode(challenge.octets())).crlf();
        return client.ask(MAX_LINE, out, this::answer);
      }
      return step instanceof SaslStep.Success success
          ? client.loggedIn(success.account(), mechanism)
          : failed((SaslStep.Failure) step);
    }

    private Completion answer(Line line) {
      return follow(exchange.step(octets(SaslResponse.parse(line.latin1()))));
    }

    private Completion failed(SaslStep.Failure failure) {
      String login = failure.login().orElse("");
      return switch (failure.kind()) {
        case MALFORMED -> Completion.bad("Invalid response.");
        case REFUSED ->
            client.loginFailed(login, mechanism, "AUTHENTICATIONFAILED", "Authentication failed.");
        case NOT_AUTHORIZED ->
            client.loginFailed(login, mechanism, "AUTHORIZATIONFAILED", "Authorization failed.");
        case DISABLED -> client.accountDisabled(login, mechanism);
      };
    }
  }
}
