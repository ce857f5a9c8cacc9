package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.policy.ClientNames;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;

/**
 * What holds for clients of LMTP only, beside the restrictions for all: it is the last step of a
 * delivery (RFC 2033, 1), among servers that know each other.
 */
final class LmtpRules {
  private LmtpRules() {}

  /**
   * A client that is none of ours brings no mail by LMTP, and asks for nobody, unless anybody may.
   */
  static void checkClient(SmtpSession session) {
    if (session.listening().isLmtp()
        && !session.settings().get(SmtpParams.LMTP_STRANGERS)
        && !isTrusted(session)) {
      // While nobody knows its name, a list of names may have it all the same.
      int code = isNameKnown(session) ? 550 : 450;
      throw new BadCommand(
          code,
          code / 100 + ".7.1",
          "<" + session.client() + ">: Client host rejected: Access denied");
    }
  }

  private static boolean isNameKnown(SmtpSession session) {
    return session
        .clientNames()
        .atOnce()
        .filter(names -> !names.equals(ClientNames.UNCERTAIN))
        .isPresent();
  }

  private static boolean isTrusted(SmtpSession session) {
    try {
      return session
          .services()
          .policy()
          .mynetworks()
          .contains(session.connection().remote().getAddress(), session::knownName);
    } catch (LookupUnavailable e) {
      throw new BadCommand(451, "4.3.0", "Error: temporary lookup failure");
    }
  }

  /** Mail for somebody else's mailbox is not delivered but relayed: not by LMTP, unless allowed. */
  static Optional<RecipientCheck.Refusal> relays(SmtpSession session, Expanded expanded) {
    boolean relays =
        session.listening().isLmtp()
            && !session.settings().get(SmtpParams.LMTP_RELAY)
            && expanded.targets().stream()
                .anyMatch(
                    target ->
                        target.route() instanceof Route.Onward
                            && target.recipient().address().equals(expanded.recipient().address()));
    String text = "<" + expanded.recipient().address() + ">: Relay access denied";
    return relays
        ? Optional.of(
            new RecipientCheck.Refusal(
                SmtpReply.of(550, "5.7.1", text), SmtpParams.LMTP_RELAY.name()))
        : Optional.empty();
  }
}
