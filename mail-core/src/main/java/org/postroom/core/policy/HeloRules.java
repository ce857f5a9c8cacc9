package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import java.util.function.Predicate;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.Param;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Verdict;

/** Restrictions that look at what the client calls itself. */
final class HeloRules {
  private HeloRules() {}

  static HouseRestriction rejectInvalid(Ingredients in) {
    return rejectUnless(
        in,
        RestrictionParams.INVALID_HOSTNAME_CODE,
        name -> Hostnames.isHostname(name) || IpLiteral.parse(name).isPresent(),
        "Invalid name");
  }

  static HouseRestriction rejectNonFqdn(Ingredients in) {
    return rejectUnless(
        in, RestrictionParams.NON_FQDN_CODE, Hostnames::isWhole, "need fully-qualified hostname");
  }

  private static HouseRestriction rejectUnless(
      Ingredients in, Param<Integer> param, Predicate<String> good, String why) {
    int code = in.settings().get(param);
    return named(
        in,
        (mail, name, facts) ->
            good.test(Hostnames.withoutFinalDot(name))
                ? DUNNO
                : Verdict.Reject.of(code, ".5.2", mail.heloCommand().rejected(why)));
  }

  static HouseRestriction rejectUnknown(Ingredients in) {
    int code = in.settings().get(RestrictionParams.UNKNOWN_HOSTNAME_CODE);
    RestrictionParams.Tempfail tempfail =
        in.settings().get(RestrictionParams.UNKNOWN_HELO_TEMPFAIL);
    return named(
        in,
        (mail, name, facts) ->
            switch (Domain.parse(name)
                .map(domain -> DnsAnswers.standing(mail.sources().resolver(), domain, facts))
                .orElse(HostName.Standing.ABSENT)) {
              case KNOWN -> DUNNO;
              case ABSENT -> notFound(mail, code);
              case UNCERTAIN -> tempfail.of(notFound(mail, 450));
            });
  }

  private static Verdict.Reject notFound(PolicyContext mail, int code) {
    return Verdict.Reject.of(code, ".7.1", mail.heloCommand().rejected("Host not found"));
  }

  /** Nothing where the client has no name; a literal must be a good one, whatever is asked. */
  private static HouseRestriction named(Ingredients in, NameRule rule) {
    int code = in.settings().get(RestrictionParams.INVALID_HOSTNAME_CODE);
    return (mail, facts) -> {
      if (mail.helo().isEmpty()) {
        return DUNNO;
      }
      String name = mail.helo().get();
      if (!name.startsWith("[")) {
        return rule.judge(mail, name, facts);
      }
      return Domain.parse(name).isPresent()
          ? DUNNO
          : Verdict.Reject.of(code, ".5.2", mail.heloCommand().rejected("invalid ip address"));
    };
  }

  private interface NameRule {
    Verdict judge(PolicyContext mail, String name, Facts facts);
  }
}
