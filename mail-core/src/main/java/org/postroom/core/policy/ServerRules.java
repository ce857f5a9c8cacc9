package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.lookup.DnsFacts;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.table.TableKeys;

/**
 * Restrictions that look up in an access(5) table who stands behind a name: the hosts that take its
 * mail, those that answer for it in the DNS, its own addresses. Of each host the name is looked up
 * first, then its addresses; the first that is found decides. What the DNS does not say, or not
 * now, refuses nobody; and it permits nobody, for anybody writes a zone of his own.
 */
final class ServerRules {

  /** Who stands behind a name. */
  enum Kind {
    /** Its addresses, whatever they are called. */
    A,
    /** The name servers of the zone that it is in. */
    NS,
    /** Its mail exchangers; itself where it has none (RFC 5321, 5.1). */
    MX
  }

  /** Of so many hosts behind one name the table is asked. */
  private static final int MOST_HOSTS = 100;

  private ServerRules() {}

  /** One for the name of {@code party}. */
  static HouseRestriction of(Ingredients in, String table, Kind kind, Party party) {
    AccessTable access = AccessTable.open(in, table, Verdict.Worth.NONE, "");
    return (mail, facts) ->
        name(party, mail, facts)
            .flatMap(
                name ->
                    new Search(access, party.subject(mail, facts), mail.sources().resolver(), facts)
                        .said(kind, name))
            .orElse(DUNNO);
  }

  private static Optional<String> name(Party party, PolicyContext mail, Facts facts) {
    return switch (party) {
      case SENDER, RECIPIENT -> party.address(mail).map(address -> address.domain().name());
      case CLIENT, CLIENT_NAME, REVERSE_NAME, HELO ->
          party.named(mail, facts).map(Party.Named::key);
    };
  }

  /** A look for one name's servers. */
  private static final class Search {
    private final AccessTable table;
    private final Subject about;
    private final Resolver resolver;
    private final Facts facts;

    Search(AccessTable table, Subject about, Resolver resolver, Facts facts) {
      this.table = table;
      this.about = about;
      this.resolver = resolver;
      this.facts = facts;
    }

    Optional<Verdict> said(Kind kind, String name) {
      Optional<Domain> domain = Domain.parse(Hostnames.withoutFinalDot(name));
      Optional<InetAddress> literal =
          IpLiteral.parse(name).or(() -> domain.flatMap(Domain::address));
      if (literal.isPresent()) {
        // An address takes its own mail, and has no name server.
        return kind == Kind.NS ? Optional.empty() : said(literal.get());
      }
      return domain.flatMap(known -> said(kind, hosts(kind, known)));
    }

    private Optional<Verdict> said(Kind kind, List<String> hosts) {
      boolean together = false;
      for (String host : hosts) {
        Optional<InetAddress> literal = IpLiteral.parse(host);
        if (literal.isPresent()) {
          Optional<Verdict> said = said(literal.get());
          if (said.isPresent()) {
            return said;
          }
          continue;
        }
        Optional<Verdict> named =
            kind == Kind.A
                ? Optional.empty()
                : table.says(TableKeys.host(host, TableKeys.Parents.BARE), host, about, facts);
        if (named.isPresent()) {
          return named;
        }
        if (!together) {
          askTogether(hosts);
          together = true;
        }
        for (InetAddress address : addresses(host)) {
          Optional<Verdict> said = said(address);
          if (said.isPresent()) {
            return said;
          }
        }
      }
      return Optional.empty();
    }

    private Optional<Verdict> said(InetAddress address) {
      return table.says(TableKeys.client(address), IpLiteral.written(address), about, facts);
    }

    private List<String> hosts(Kind kind, Domain name) {
      List<String> hosts =
          switch (kind) {
            case A -> List.of(name.name());
            case NS -> nameServers(name);
            case MX -> exchangers(name);
          };
      return hosts.subList(0, Math.min(MOST_HOSTS, hosts.size()));
    }

    private List<String> exchangers(Domain name) {
      Answer<MailExchanger> answer = DnsAnswers.of(DnsFacts.exchangers(resolver, name), facts);
      if (answer instanceof Answer.Found<MailExchanger> found) {
        return found.records().stream().anyMatch(MailExchanger::isNull)
            ? List.of()
            : found.records().stream().map(MailExchanger::host).toList();
      }
      return answer instanceof Answer.TryAgain ? List.of() : List.of(name.name());
    }

    /** Those of the nearest zone. */
    private List<String> nameServers(Domain name) {
      Optional<Domain> zone = Optional.of(name);
      while (zone.isPresent()) {
        Answer<Domain> answer = DnsAnswers.of(DnsFacts.nameServers(resolver, zone.get()), facts);
        if (answer instanceof Answer.Found<Domain> found) {
          return found.records().stream().map(Domain::name).toList();
        }
        zone = answer instanceof Answer.TryAgain ? Optional.empty() : parent(zone.get());
      }
      return List.of();
    }

    private static Optional<Domain> parent(Domain domain) {
      int dot = domain.name().indexOf('.');
      return dot < 0 ? Optional.empty() : Domain.parse(domain.name().substring(dot + 1));
    }

    private List<InetAddress> addresses(String host) {
      Optional<Domain> name = Domain.parse(host);
      return name.isPresent()
              && DnsAnswers.of(DnsFacts.addresses(resolver, name.get()), facts)
                  instanceof Answer.Found<InetAddress> found
          ? found.records()
          : List.of();
    }

    /** All hosts' addresses are wanted at once: one that is slow makes no other wait. */
    private void askTogether(List<String> hosts) {
      Wanted all = null;
      for (String host : hosts) {
        try {
          addresses(host);
        } catch (Wanted more) {
          all = all == null ? more : all.and(more);
        }
      }
      if (all != null) {
        throw all;
      }
    }
  }
}
