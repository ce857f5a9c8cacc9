package org.postroom.smtp.server.command;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.Mechanisms.SaslMechanism;
import org.postroom.core.auth.SaslExchange;
import org.postroom.core.auth.SaslResponse;
import org.postroom.core.auth.SaslStep;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.wire.Line;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.Services;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;

/** AUTH (RFC 4954): who the client is, by one of the mechanisms of the house. */
record AuthCommand(String mechanism, Optional<String> initial) implements Command {

  static AuthCommand parse(SmtpReader in, Dialect dialect) {
    String mechanism = in.word();
    Optional<String> initial = in.atEnd() ? Optional.empty() : Optional.of(in.word());
    in.end();
    return new AuthCommand(mechanism, initial);
  }

  /** What may be used now: in clear nothing that shows the password to whoever listens. */
  static List<String> mechanisms(SmtpSession session) {
    if (!session.listening().offersAuth()) {
      return List.of();
    }
    return Mechanisms.ALL.stream()
        .filter(mechanism -> isSafe(session, mechanism))
        .map(SaslMechanism::name)
        .toList();
  }

  @Override
  public void execute(SmtpSession session) {
    SaslMechanism chosen = check(session);
    Services services = session.services();
    Conversation conversation =
        new Conversation(
            session, chosen.name(), chosen.start(services.accounts(), services.random()));
    Optional<SaslResponse> response = initial.map(SaslResponse::parseInitial);
    if (response.isPresent() && response.get().value().isEmpty()) {
      throw malformed();
    }
    conversation.begin(response.flatMap(SaslResponse::value));
  }

  private SaslMechanism check(SmtpSession session) {
    if (session.greeting().filter(SmtpSession.Greeting::extended).isEmpty()) {
      throw new BadCommand(503, "5.5.1", "Error: send EHLO first");
    }
    if (!session.listening().offersAuth()) {
      throw new BadCommand(503, "5.5.1", "Error: authentication not enabled");
    }
    if (session.transaction().isPresent()) {
      throw new BadCommand(503, "5.5.1", "Error: MAIL transaction in progress");
    }
    if (session.login().isPresent()) {
      throw new BadCommand(503, "5.5.1", "Error: already authenticated");
    }
    if (session.overLimit(ClientLimits.Event.AUTH, SmtpParams.CLIENT_AUTH_RATE)) {
      String client = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too many AUTH commands from " + client);
    }
    SaslMechanism chosen =
        Mechanisms.named(mechanism)
            .orElseThrow(
                () -> new BadCommand(504, "5.5.4", "Error: unrecognized authentication type"));
    if (!isSafe(session, chosen)) {
      throw new BadCommand(
          538, "5.7.11", "Encryption required for requested authentication mechanism");
    }
    return chosen;
  }

  private static boolean isSafe(SmtpSession session, SaslMechanism mechanism) {
    return !mechanism.sendsPassword()
        || session.connection().tls().isPresent()
        || !session.listening().authOnlyUnderTls();
  }

  private static BadCommand malformed() {
    return new BadCommand(501, "5.5.2", "Error: malformed authentication response");
  }

  /** The exchange, from line to line. */
  private record Conversation(SmtpSession session, String mechanism, SaslExchange exchange) {

    void begin(Optional<byte[]> response) {
      try {
        follow(exchange.begin(response));
      } catch (StorageUnavailable e) {
        unavailable(e);
      }
    }

    private void take(Line line) {
      if (line.end() == Line.End.TOO_LONG) {
        throw new BadCommand(500, "5.5.6", "SASL response limit exceeded");
      }
      SaslResponse response = SaslResponse.parse(line.latin1());
      if (response instanceof SaslResponse.Cancelled) {
        throw new BadCommand(501, "5.7.0", "Authentication aborted");
      }
      byte[] octets = response.value().orElseThrow(AuthCommand::malformed);
      try {
        follow(exchange.step(octets));
      } catch (StorageUnavailable e) {
        unavailable(e);
      }
    }

    private void follow(SaslStep step) {
      if (step instanceof SaslStep.Challenge challenge) {
        session.replyNow(SmtpReply.of(334, "", SaslResponse.encode(challenge.octets())));
        session.continueWith(this::take);
      } else if (step instanceof SaslStep.Success success) {
        session.services().throttle().succeeded(success.account().login());
        session.loggedIn(success.account(), mechanism);
        session.reply(235, "2.7.0", "Authentication successful");
      } else if (step instanceof SaslStep.Failure failure) {
        fail(failure);
      }
    }

    private void fail(SaslStep.Failure failure) {
      String login = failure.login().orElse("");
      Services services = session.services();
      services
          .log()
          .loginFailed(
              session.connection().id(),
              session.client(),
              mechanism,
              login,
              failure.kind().toString());
      if (failure.kind() == SaslStep.Kind.MALFORMED) {
        throw malformed();
      }
      // The client is not told more: neither whether the account exists nor what state it is in.
      session.replyAfter(
          services.throttle().failed(session.connection().remote().getAddress(), login),
          SmtpReply.of(535, "5.7.8", "Error: authentication failed"));
    }

    private void unavailable(StorageUnavailable e) {
      session.services().log().fault(session.connection().id(), "authenticating", e);
      session.reply(454, "4.7.0", "Temporary authentication failure");
    }
  }
}
