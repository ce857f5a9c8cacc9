package org.postroom.imap.command;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Secret;
import org.postroom.core.wire.Line;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.Stranger;

/**
 * AUTHENTICATE (RFC 9051, 6.2.2) with PLAIN (RFC 4616) and LOGIN, the first answer perhaps in the
 * command itself (RFC 4959). The exchange's lines are read inside the turn.
 *
 * @param initial in base64; null when the client waits to be asked
 */
record AuthenticateCommand(String mechanism, @Nullable String initial)
    implements Command<Stranger> {
  private static final int MAX_LINE = 64 * 1024;

  static Command<Stranger> parse(ImapReader in) {
    in.space();
    String mechanism = in.word();
    String initial = null;
    if (!in.atEnd()) {
      initial = in.astringText();
      in.end();
    }
    return new AuthenticateCommand(mechanism, initial);
  }

  @Override
  public Completion execute(Stranger state, Responder out) {
    Client client = state.client();
    boolean plain = mechanism.equals("PLAIN");
    if (!plain && !mechanism.equals("LOGIN")) {
      return Completion.no("", "Unsupported authentication mechanism.");
    }
    if (!client.mayUsePlaintext()) {
      return Completion.no("PRIVACYREQUIRED", "Passwords need TLS here.");
    }
    byte[] first =
        initial == null ? ask(client, out, plain ? "" : "VXNlcm5hbWU6") : decode(initial);
    if (!plain) {
      String login = new String(first, StandardCharsets.UTF_8);
      try (Secret password = Secret.of(ask(client, out, "UGFzc3dvcmQ6"))) {
        return Credentials.check(client, login, password);
      }
    }
    return plain(client, first);
  }

  /** authorization identity NUL authentication identity NUL password. */
  private static Completion plain(Client client, byte[] message) {
    int one = indexOf(message, 0);
    int two = indexOf(message, one + 1);
    if (one < 0 || two < 0) {
      throw new BadCommand("Invalid response.");
    }
    String identity = new String(message, 0, one, StandardCharsets.UTF_8);
    String login = new String(message, one + 1, two - one - 1, StandardCharsets.UTF_8);
    try (Secret password = Secret.of(Arrays.copyOfRange(message, two + 1, message.length))) {
      if (!identity.isEmpty() && !identity.equalsIgnoreCase(login)) {
        return client.loginFailed("AUTHORIZATIONFAILED", "Authorization failed.");
      }
      return Credentials.check(client, login, password);
    } finally {
      Arrays.fill(message, (byte) 0);
    }
  }

  private static int indexOf(byte[] message, int from) {
    for (int i = from; i < message.length; i++) {
      if (message[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] ask(Client client, Responder out, String challenge) {
    // Never a bare "+": clients wait for the space.
    out.writer().ascii("+ ").ascii(challenge).crlf().flush();
    Line line = client.connection().in().readLine(MAX_LINE);
    if (line.end() == Line.End.TOO_LONG) {
      throw new BadCommand("Response too long.");
    }
    return decode(line.latin1());
  }

  private static byte[] decode(String text) {
    if (text.equals("*")) {
      throw new BadCommand("Authentication cancelled.");
    }
    if (text.equals("=")) {
      return new byte[0];
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadCommand("Invalid base64.");
    }
  }
}
