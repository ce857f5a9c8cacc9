package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.lookup.DnsFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Verdict;

/** Restrictions that look at the sender's or the recipient's address. */
final class AddressRules {
  static final String UNLISTED_SENDER = "reject_unlisted_sender";
  static final String UNLISTED_RECIPIENT = "reject_unlisted_recipient";

  private AddressRules() {}

  static HouseRestriction rejectNonFqdn(Ingredients in, Party party) {
    int code = in.settings().get(RestrictionParams.NON_FQDN_CODE);
    return (mail, facts) ->
        party
            .address(mail)
            .filter(address -> !isWhole(address.domain()))
            .<Verdict>map(
                address ->
                    Verdict.Reject.of(
                        code, ".5.2", party.rejected(address, "need fully-qualified address")))
            .orElse(DUNNO);
  }

  private static boolean isWhole(Domain domain) {
    String name = domain.name();
    return domain.isLiteral()
        || !name.chars().allMatch(AddressRules::isOfNumber) && name.indexOf('.') >= 0;
  }

  private static boolean isOfNumber(int c) {
    return c == '.' || c >= '0' && c <= '9';
  }

  /** Nothing where we are the domain's last stop, or it is an address. */
  static HouseRestriction rejectUnknownDomain(Ingredients in, Party party) {
    UnknownDomain rule =
        new UnknownDomain(
            party,
            in.settings().get(RestrictionParams.UNKNOWN_ADDRESS_CODE),
            in.settings().get(RestrictionParams.UNKNOWN_ADDRESS_TEMPFAIL));
    return (mail, facts) -> {
      Optional<Address> address = party.address(mail);
      if (address.isEmpty() || address.get().domain().isLiteral()) {
        return DUNNO;
      }
      return switch (in.domains().classOf(address.get().domain())) {
        case LOCAL, VIRTUAL_ALIAS, VIRTUAL_MAILBOX -> DUNNO;
        case RELAY, REMOTE -> rule.judge(mail, address.get(), facts);
      };
    };
  }

  private record UnknownDomain(Party party, int code, RestrictionParams.Tempfail tempfail) {

    Verdict judge(PolicyContext mail, Address address, Facts facts) {
      Domain domain = address.domain();
      Resolver resolver = mail.sources().resolver();
      Answer<MailExchanger> exchangers =
          DnsAnswers.of(DnsFacts.exchangers(resolver, domain), facts);
      if (exchangers instanceof Answer.Found<MailExchanger> found) {
        return found.records().stream().allMatch(MailExchanger::isNull)
            ? nullMx(address, domain)
            : DUNNO;
      }
      Answer<?> addresses = DnsAnswers.of(DnsFacts.addresses(resolver, domain), facts);
      if (addresses instanceof Answer.Found) {
        return DUNNO;
      }
      boolean uncertain =
          exchangers instanceof Answer.TryAgain || addresses instanceof Answer.TryAgain;
      return uncertain ? tempfail.of(notFound(address, 450)) : notFound(address, code);
    }

    private Verdict.Reject notFound(Address address, int replyCode) {
      return Verdict.Reject.of(
          replyCode,
          party.isSender() ? ".1.8" : ".1.2",
          party.rejected(address, "Domain not found"));
    }

    /** RFC 7505, 4.2. */
    private Verdict.Reject nullMx(Address address, Domain domain) {
      return Verdict.Reject.of(
          party.isSender() ? 550 : 556,
          party.isSender() ? ".7.27" : ".1.10",
          party.rejected(address, "Domain " + domain + " does not accept mail (nullMX)"));
    }
  }

  static HouseRestriction rejectUnlisted(Party party) {
    return (mail, facts) -> {
      Optional<Address> address = party.address(mail);
      if (address.isEmpty()) {
        return DUNNO;
      }
      Optional<Verdict.Reject> refusal = mail.sources().directory().unlisted(address.get(), facts);
      return refusal.isPresent() ? unlisted(party, address.get(), refusal.get()) : DUNNO;
    };
  }

  private static Verdict unlisted(Party party, Address address, Verdict.Reject refusal) {
    String status = refusal.status().substring(1);
    return Verdict.Reject.of(
        refusal.code(),
        party.isSender() && status.equals(".1.1") ? ".1.0" : status,
        party.rejected(address, refusal.text()));
  }
}
