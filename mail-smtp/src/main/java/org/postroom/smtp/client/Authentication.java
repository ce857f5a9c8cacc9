package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.smtp.client.sasl.Dialogue;
import org.postroom.smtp.client.sasl.LogInFailed;
import org.postroom.smtp.client.sasl.LogIns;

/** The client's side of AUTH (RFC 4954). */
final class Authentication {
  private static final int AUTHENTICATED = 235;
  private static final int GO_ON = 334;
  private static final int BAD_LOG_IN = 535;

  /** RFC 5321, 4.5.3.1.4, without the line's end: what is longer is said when it is asked for. */
  private static final int LONGEST_COMMAND = 510;

  /** No mechanism takes as many; a server that goes on for ever must not. */
  private static final int MOST_STEPS = 10;

  private final Function<String, Reply> say;

  /** What we have said of ourselves: some servers repeat the line that they do not like. */
  private final List<String> secrets = new ArrayList<>();

  /**
   * One on a connection.
   *
   * @param say says a line and waits for the reply
   */
  Authentication(Function<String, Reply> say) {
    this.say = say;
  }

  /**
   * Logs in.
   *
   * @param server for the reason
   * @throws LogInFailed when we are not
   */
  void run(LogIns logIns, LogIns.Begun begun, Target server) {
    Reply last = exchange(begun.mechanism(), begun.dialogue());
    if (last.code() != AUTHENTICATED) {
      throw logIns.refused(
          server.toString(), last.status(), without(last.oneLine()), last.code() == BAD_LOG_IN);
    }
    if (!begun.dialogue().isComplete()) {
      throw new LogInFailed(
          "4.7.0",
          "SASL authentication failed: server "
              + server
              + " ended "
              + begun.mechanism()
              + " before it was over");
    }
  }

  private Reply exchange(String mechanism, Dialogue dialogue) {
    String command = "AUTH " + mechanism;
    Optional<byte[]> initial = dialogue.initial();
    String whole = initial.map(octets -> command + " " + encoded(octets, "=")).orElse(command);
    boolean said = whole.length() <= LONGEST_COMMAND;
    Reply reply = say.apply(said ? whole : command);
    if (!said && reply.code() == GO_ON) {
      reply = say.apply(encoded(initial.orElseThrow(), ""));
    }
    for (int step = 0; reply.code() == GO_ON; step++) {
      byte[] answer;
      try {
        if (step == MOST_STEPS) {
          throw new LogInFailed("4.7.0", "SASL authentication failed: it does not come to an end");
        }
        answer = dialogue.answer(decoded(reply.text()));
      } catch (LogInFailed e) {
        Reply unused = say.apply("*");
        throw e;
      }
      reply = say.apply(encoded(answer, ""));
    }
    return reply;
  }

  private String encoded(byte[] octets, String none) {
    if (octets.length == 0) {
      return none;
    }
    String text = Base64.getEncoder().encodeToString(octets);
    secrets.add(text);
    return text;
  }

  private String without(String said) {
    String text = said;
    for (String secret : secrets) {
      text = text.replace(secret, "***");
    }
    return text;
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text.strip().getBytes(US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new LogInFailed(
          "4.7.0", "SASL authentication failed: the server's challenge is not in base64");
    }
  }
}
