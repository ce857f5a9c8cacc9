package org.postroom.dist;

import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.mail.Envelope;
import org.postroom.core.restriction.Verdict;
import org.postroom.smtp.server.SmtpParams;

/**
 * What a mail that is handed in may be as a whole, whoever is to get it.
 *
 * @param recipients how many it may have
 * @param rule which parameter says so
 */
record HandedInLimit(int recipients, String rule) {
  /** Nobody believes a mail safe that goes as any other. */
  private static final Breach NOT_REQUIRED =
      new Breach(
          new Verdict.Reject(
              554, "5.7.30", "Error: REQUIRETLS is not obeyed here (requiretls_enable = no)"),
          FlowParams.REQUIRETLS.name());

  /** The one that settings say. */
  static HandedInLimit of(Settings settings) {
    return new HandedInLimit(settings.get(SmtpParams.RECIPIENTS), SmtpParams.RECIPIENTS.name());
  }

  /** Why a mail is not taken, and by which parameter. */
  record Breach(Verdict.Reject reply, String rule) {}

  /** What is answered to more: nobody can send the others later, all were named at once. */
  Verdict.Reject reply() {
    return new Verdict.Reject(
        554, "5.5.3", "Error: too many recipients, " + recipients + " may be named at once");
  }

  /** Why that mail is not taken; empty where it may be. */
  Optional<Breach> breach(Envelope envelope, Settings settings) {
    if (envelope.recipients().size() > recipients) {
      return Optional.of(new Breach(reply(), rule));
    }
    return envelope.requiresTls() && !settings.get(FlowParams.REQUIRETLS)
        ? Optional.of(NOT_REQUIRED)
        : Optional.empty();
  }
}
