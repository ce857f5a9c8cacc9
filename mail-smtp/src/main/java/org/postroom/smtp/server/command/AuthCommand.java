package org.postroom.smtp.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.Secret;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.wire.Line;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;

/** AUTH (RFC 4954). */
record AuthCommand(String mechanism, Optional<String> initial) implements Command {
  private static final String PLAIN = "PLAIN";
  private static final String LOGIN = "LOGIN";
  private static final String ASK_USER = "VXNlcm5hbWU6";
  private static final String ASK_PASSWORD = "UGFzc3dvcmQ6";

  static AuthCommand parse(SmtpReader in, Dialect dialect) {
    String mechanism = in.word().toUpperCase(Locale.ROOT);
    Optional<String> initial = in.atEnd() ? Optional.empty() : Optional.of(in.word());
    in.end();
    return new AuthCommand(mechanism, initial);
  }

  /** What may be used now: nothing that shows a password to who listens. */
  static List<String> mechanisms(SmtpSession session) {
    boolean possible =
        session.listening().offersAuth()
            && (session.connection().tls().isPresent() || !session.listening().authOnlyUnderTls());
    return possible ? List.of(PLAIN, LOGIN) : List.of();
  }

  @Override
  public void execute(SmtpSession session) {
    check(session);
    if (mechanism.equals(PLAIN)) {
      initial.ifPresentOrElse(
          response -> plain(session, response),
          () -> ask(session, "", response -> plain(session, response)));
    } else {
      initial.ifPresentOrElse(
          response -> loginUser(session, response),
          () -> ask(session, ASK_USER, response -> loginUser(session, response)));
    }
  }

  private void check(SmtpSession session) {
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
    if (!mechanism.equals(PLAIN) && !mechanism.equals(LOGIN)) {
      throw new BadCommand(504, "5.5.4", "Error: unrecognized authentication type");
    }
    if (mechanisms(session).isEmpty()) {
      throw new BadCommand(
          538, "5.7.11", "Encryption required for requested authentication mechanism");
    }
  }

  private static void ask(SmtpSession session, String challenge, Consumer<String> next) {
    session.replyNow(SmtpReply.of(334, "", challenge));
    session.continueWith(line -> next.accept(response(line)));
  }

  private static String response(Line line) {
    if (line.end() == Line.End.TOO_LONG) {
      throw new BadCommand(500, "5.5.6", "SASL response limit exceeded");
    }
    String response = line.latin1();
    if (response.equals("*")) {
      throw new BadCommand(501, "5.7.0", "Authentication aborted");
    }
    return response;
  }

  /** RFC 4616: authorization identity, login and password, with NULs between them. */
  private void plain(SmtpSession session, String response) {
    byte[] octets = decode(response);
    int first = indexOf(octets, 0);
    int second = indexOf(octets, first + 1);
    if (first < 0 || second < 0 || indexOf(octets, second + 1) >= 0) {
      throw malformed();
    }
    String as = new String(octets, 0, first, UTF_8);
    String login = new String(octets, first + 1, second - first - 1, UTF_8);
    byte[] password = Arrays.copyOfRange(octets, second + 1, octets.length);
    Arrays.fill(octets, (byte) 0);
    if (!as.isEmpty() && !as.equalsIgnoreCase(login)) {
      fail(session, login, "acting for others is not supported");
      return;
    }
    verify(session, login, Secret.of(password));
  }

  private void loginUser(SmtpSession session, String response) {
    String login = new String(decode(response), UTF_8);
    ask(session, ASK_PASSWORD, password -> verify(session, login, Secret.of(decode(password))));
  }

  private void verify(SmtpSession session, String login, Secret password) {
    try (password) {
      Authentication result = session.services().accounts().verify(login, password);
      if (result instanceof Authentication.Success success) {
        session.loggedIn(success.account(), mechanism);
        session.reply(235, "2.7.0", "Authentication successful");
      } else {
        fail(
            session,
            login,
            result instanceof Authentication.Disabled ? "account disabled" : "bad credentials");
      }
    } catch (StorageUnavailable e) {
      session.services().log().fault(session.connection().id(), "checking a password", e);
      session.reply(454, "4.7.0", "Temporary authentication failure");
    }
  }

  /** The client is not told more than that: neither whether the account exists nor its state. */
  private void fail(SmtpSession session, String login, String reason) {
    session
        .services()
        .log()
        .loginFailed(session.connection().id(), session.client(), mechanism, login, reason);
    session.replyAfter(
        session.settings().get(SmtpParams.ERROR_SLEEP),
        SmtpReply.of(535, "5.7.8", "Error: authentication failed"));
  }

  private static byte[] decode(String response) {
    try {
      // RFC 4954, 4: a lone equals sign is an empty initial response.
      return response.equals("=") ? new byte[0] : Base64.getDecoder().decode(response);
    } catch (IllegalArgumentException e) {
      throw malformed();
    }
  }

  private static BadCommand malformed() {
    return new BadCommand(501, "5.5.2", "Error: malformed authentication response");
  }

  private static int indexOf(byte[] octets, int from) {
    for (int i = from; i < octets.length; i++) {
      if (octets[i] == 0) {
        return i;
      }
    }
    return -1;
  }
}
