package org.postroom.pop3.command;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.Mechanisms.SaslMechanism;
import org.postroom.core.auth.SaslExchange;
import org.postroom.core.auth.SaslResponse;
import org.postroom.core.auth.SaslStep;
import org.postroom.core.wire.Line;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.ResponseCode;
import org.postroom.pop3.session.Authorization;
import org.postroom.pop3.session.Pop3Session;

/** AUTH (RFC 5034): without argument it lists what can be used. */
final class AuthCommand {
  private AuthCommand() {}

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  static List<String> mechanisms(Pop3Session session) {
    return Mechanisms.ALL.stream()
        .filter(mechanism -> isSafe(session, mechanism))
        .map(SaslMechanism::name)
        .toList();
  }

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    if (arguments.isAtEnd()) {
      session.replies().ok("");
      mechanisms(session).forEach(session.replies()::line);
      session.replies().end();
      return;
    }
    SaslMechanism mechanism =
        Mechanisms.named(arguments.word("mechanism"))
            .orElseThrow(() -> new BadCommand("Unsupported authentication mechanism."));
    Optional<String> initial =
        arguments.isAtEnd() ? Optional.empty() : Optional.of(arguments.word("initial response"));
    arguments.end();
    if (!isSafe(session, mechanism)) {
      throw new Refused(
          ResponseCode.AUTH, "Plaintext authentication disallowed on non-secure connections.");
    }
    SaslExchange exchange =
        mechanism.start(session.context().accounts(), session.context().random());
    new Conversation(session, mechanism.name(), exchange)
        .follow(exchange.begin(initial.map(SaslResponse::parseInitial).map(AuthCommand::octets)));
  }

  private static boolean isSafe(Pop3Session session, SaslMechanism mechanism) {
    return !mechanism.sendsPassword() || session.allowsPlaintext();
  }

  private static byte[] octets(SaslResponse response) {
    if (response instanceof SaslResponse.Cancelled) {
      throw new Refused("Authentication cancelled.");
    }
    return response.value().orElseThrow(() -> new BadCommand("Invalid base64."));
  }

  /** The exchange, from line to line; between lines it holds no thread. */
  private record Conversation(Pop3Session session, String mechanism, SaslExchange exchange) {

    void follow(SaslStep step) {
      if (step instanceof SaslStep.Challenge challenge) {
        session.replies().challenge(SaslResponse.encode(challenge.octets()));
        session.continueWith(this::take);
      } else if (step instanceof SaslStep.Success success) {
        LogIn.succeeded(session, success.account(), mechanism);
      } else if (step instanceof SaslStep.Failure failure) {
        fail(failure);
      }
    }

    private void take(Line line) {
      follow(exchange.step(octets(SaslResponse.parse(line.latin1()))));
    }

    private void fail(SaslStep.Failure failure) {
      String login = failure.login().orElse("");
      switch (failure.kind()) {
        case MALFORMED -> throw new BadCommand("Invalid response.");
        case DISABLED -> throw LogIn.disabled(session, login, mechanism);
        case REFUSED, NOT_AUTHORIZED -> session.loginFailed(login, mechanism);
      }
    }
  }
}
