package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.config.BadValue;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.lookup.DnsFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;

/**
 * Restrictions that ask lists in the DNS (RFC 5782). A list that does not answer refuses nobody.
 *
 * @param domain of the list
 * @param filter which answers count
 */
record DnsLists(String domain, DnsListFilter filter) {

  private static DnsLists parse(String argument) {
    int filter = argument.indexOf('=');
    String domain = filter < 0 ? argument : argument.substring(0, filter);
    if (Domain.parse(domain).filter(name -> !name.isLiteral()).isEmpty()) {
      throw new BadValue("not the name of a list in the DNS: " + argument);
    }
    return new DnsLists(
        domain,
        filter < 0 ? DnsListFilter.ANY : DnsListFilter.parse(argument.substring(filter + 1)));
  }

  static HouseRestriction reject(Ingredients in, String argument, Party party) {
    DnsLists list = parse(argument);
    int code = in.settings().get(RestrictionParams.DNS_LIST_CODE);
    return (mail, facts) ->
        party
            .named(mail, facts)
            .filter(named -> list.standing(mail, named, facts) == HostName.Standing.KNOWN)
            .<Verdict>map(
                named -> Verdict.Reject.of(code, ".7.1", list.blocked(mail, named, party, facts)))
            .orElse(DUNNO);
  }

  static HouseRestriction permit(String argument, Party party) {
    DnsLists list = parse(argument);
    return (mail, facts) -> {
      Optional<Party.Named> named = party.named(mail, facts);
      if (named.isEmpty()) {
        return DUNNO;
      }
      return switch (list.standing(mail, named.get(), facts)) {
        case KNOWN -> Verdict.OK;
        case ABSENT -> DUNNO;
        case UNCERTAIN ->
            new Verdict.DeferIfReject(
                Verdict.Reject.of(
                    450,
                    ".7.1",
                    new Subject(named.get().shown(), party.kind())
                        .rejected("Service unavailable")));
      };
    };
  }

  private HostName.Standing standing(PolicyContext mail, Party.Named named, Facts facts) {
    Optional<Domain> entry = entry(named);
    if (entry.isEmpty()) {
      return HostName.Standing.ABSENT;
    }
    Answer<InetAddress> answer =
        DnsAnswers.of(DnsFacts.addresses(mail.sources().resolver(), entry.get()), facts);
    if (answer instanceof Answer.TryAgain) {
      return HostName.Standing.UNCERTAIN;
    }
    boolean listed =
        answer instanceof Answer.Found<InetAddress> found
            && found.records().stream().anyMatch(filter::passes);
    return listed ? HostName.Standing.KNOWN : HostName.Standing.ABSENT;
  }

  /** Empty for what is no name, so that no list can have it. */
  private Optional<Domain> entry(Party.Named named) {
    return named.key().startsWith("[")
        ? Optional.empty()
        : Domain.parse(Hostnames.withoutFinalDot(named.key()) + "." + domain);
  }

  private String blocked(PolicyContext mail, Party.Named named, Party party, Facts facts) {
    String text =
        "Service unavailable; " + party.kind() + " [" + named.shown() + "] blocked using " + domain;
    List<String> reasons =
        DnsAnswers.of(DnsFacts.texts(mail.sources().resolver(), entry(named).orElseThrow()), facts)
                instanceof Answer.Found<String> found
            ? found.records()
            : List.of();
    return reasons.isEmpty() ? text : text + "; " + reasons.get(0);
  }

  /** An address as lists have it: its octets, or the digits of IPv6, from the last to the first. */
  static String reversed(InetAddress address) {
    StringBuilder name = new StringBuilder();
    byte[] octets = address.getAddress();
    for (int i = octets.length - 1; i >= 0; i--) {
      int octet = octets[i] & 0xFF;
      if (octets.length == 4) {
        name.append(octet).append('.');
      } else {
        name.append(Character.forDigit(octet & 0xF, 16)).append('.');
        name.append(Character.forDigit(octet >> 4, 16)).append('.');
      }
    }
    name.setLength(name.length() - 1);
    return name.toString();
  }
}
