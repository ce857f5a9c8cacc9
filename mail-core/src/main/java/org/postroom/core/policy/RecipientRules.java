package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import java.util.function.UnaryOperator;
import org.postroom.core.address.ReversePath;
import org.postroom.core.restriction.Verdict;

/** Restrictions that look at where a mail is to go. */
final class RecipientRules {
  private RecipientRules() {}

  static boolean authorized(Ingredients in, PolicyContext mail) {
    return mail.recipient().filter(in.domains()::isAuthorized).isPresent();
  }

  static HouseRestriction unauthorized(Ingredients in, UnaryOperator<Integer> change) {
    int full = in.settings().get(PolicyParams.RELAY_DOMAINS_REJECT_CODE);
    int code = full >= 500 ? change.apply(full) : full;
    return (mail, facts) ->
        mail.recipient().isEmpty() || authorized(in, mail)
            ? DUNNO
            : Verdict.Reject.of(
                code, ".7.1", "<" + mail.recipient().get() + ">: Relay access denied");
  }

  static HouseRestriction rejectMultiRecipientBounce(Ingredients in) {
    int code = in.settings().get(RestrictionParams.MULTI_RECIPIENT_BOUNCE_CODE);
    return (mail, facts) ->
        mail.sender().filter(ReversePath::isNull).isPresent() && mail.recipients() > 1
            ? Verdict.Reject.of(code, ".5.3", mail.subject().rejected("Multi-recipient bounce"))
            : DUNNO;
  }
}
