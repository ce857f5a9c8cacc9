package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;
import static org.postroom.core.restriction.Verdict.PROVEN;

import java.util.function.Function;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Verdict;

/** Restrictions that look at the client: its address, its names, how it speaks. */
final class ClientRules {
  private ClientRules() {}

  static HouseRestriction permitMynetworks(Ingredients in) {
    return (mail, facts) ->
        in.mynetworks()
                .contains(
                    mail.client().address(),
                    () -> facts.know(mail.client().names()).verified().text())
            ? PROVEN
            : DUNNO;
  }

  static Verdict rejectUnauthPipelining(PolicyContext mail, Facts facts) {
    return mail.client().hasty()
        ? Verdict.Reject.of(
            503, ".5.0", mail.subject().rejected("Improper use of SMTP command pipelining"))
        : DUNNO;
  }

  static HouseRestriction rejectPlaintextSession(Ingredients in) {
    int code = in.settings().get(RestrictionParams.PLAINTEXT_CODE);
    return (mail, facts) ->
        mail.client().secure()
            ? DUNNO
            : Verdict.Reject.of(code, ".7.1", "Session encryption is required");
  }

  static HouseRestriction rejectUnknownClient(Ingredients in) {
    return rejectUnknown(in, ClientNames::verified, ".7.25", "your hostname");
  }

  static HouseRestriction rejectUnknownReverse(Ingredients in) {
    return rejectUnknown(in, ClientNames::reverse, ".7.1", "your reverse hostname");
  }

  private static HouseRestriction rejectUnknown(
      Ingredients in, Function<ClientNames, HostName> which, String status, String what) {
    int code = in.settings().get(RestrictionParams.UNKNOWN_CLIENT_CODE);
    return (mail, facts) -> {
      HostName name = which.apply(facts.know(mail.client().names()));
      return name.isKnown()
          ? DUNNO
          : Verdict.Reject.of(
              name.standing() == HostName.Standing.ABSENT ? code : 450,
              status,
              "Client host rejected: cannot find "
                  + what
                  + ", ["
                  + mail.client().address().getHostAddress()
                  + "]");
    };
  }
}
