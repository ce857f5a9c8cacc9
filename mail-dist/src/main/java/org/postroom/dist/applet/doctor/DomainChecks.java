package org.postroom.dist.applet.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.dist.applet.doctor.Reach.Outcome;

/** What the DNS says of a domain that mail comes in for and leaves from. */
final class DomainChecks {
  private static final int MOST_EXCHANGERS = 20;
  private static final int MOST_ADDRESSES = 4;
  private static final int HTTPS = 443;

  static final List<Row> ALL =
      List.of(
          new Row.OfDomain("MX", DomainChecks::mx),
          new Row.OfDomain("SPF", DomainChecks::spf),
          new Row.OfDomain("DKIM", DomainChecks::dkim),
          new Row.OfDomain("DMARC", DomainChecks::dmarc),
          new Row.OfDomain("MTA-STS", DomainChecks::sts),
          new Row.OfDomain("TLS-RPT", DomainChecks::reports));

  private DomainChecks() {}

  private static List<Finding> mx(Examination on, Domain domain) {
    List<MailExchanger> all = on.names().mx(domain);
    String line = domain + ". IN MX 10 " + on.site().hostName() + ".";
    if (all.stream().anyMatch(MailExchanger::isNull)) {
      return List.of(
          Finding.problem(
              domain + " has the null MX",
              "It says that the domain takes no mail (RFC 7505): other servers return all of it.",
              line));
    }
    if (all.isEmpty()) {
      boolean implicit = on.names().addresses(domain).stream().anyMatch(on.mine()::contains);
      return List.of(
          implicit
              ? Finding.warning(
                  domain + " has no MX record; mail comes here by its address",
                  "It works, but some do not look at the address.",
                  line)
              : Finding.problem(
                  domain + " has no MX record, and its address is not here",
                  "Other servers find no way for mail to this domain.",
                  line));
    }
    List<MailExchanger> some = all.stream().limit(MOST_EXCHANGERS).toList();
    String hosts =
        some.stream().map(one -> Finding.shown(one.host())).collect(Collectors.joining(", "));
    List<Finding> findings = new ArrayList<>();
    if (some.stream().noneMatch(on::isHere)) {
      findings.add(
          Finding.problem(
              "the MX of " + domain + " leads to " + hosts + ", not to " + on.site().hostName(),
              "Mail for this domain goes elsewhere. That is right where another server stands"
                  + " before this one.",
              line));
    }
    for (MailExchanger one : some) {
      Optional<Domain> host = Domain.parse(one.host());
      if (host.isEmpty() || on.names().addresses(host.get()).isEmpty()) {
        findings.add(
            Finding.warning(
                "the mail exchanger " + Finding.shown(one.host()) + " has no address",
                "Servers that choose it lose time, or mail waits.",
                Finding.shown(one.host()) + ". IN A …"));
      }
    }
    return findings.isEmpty() ? List.of(Finding.good("leads here: " + hosts)) : findings;
  }

  private static List<Finding> spf(Examination on, Domain domain) {
    List<String> records = Spf.records(on.names().texts(domain));
    String line = domain + ". IN TXT \"" + Zone.SPF + "\"";
    if (records.isEmpty()) {
      return List.of(
          Finding.problem(
              domain + " has no SPF record",
              "Large providers refuse mail that is neither signed nor covered by SPF.",
              line));
    }
    if (records.size() > 1) {
      return List.of(
          Finding.problem(
              domain + " has " + records.size() + " SPF records",
              "With more than one none counts (RFC 7208, 4.5): put them together.",
              line));
    }
    if (!on.site().relayHost().isEmpty()) {
      return List.of(
          Finding.good(
                  Finding.shown(records.get(0)) + "; it has to name the senders of relayhost, too")
              .asLikely());
    }
    List<InetAddress> senders = on.outgoing();
    List<Finding> findings = new ArrayList<>();
    for (InetAddress from : senders.stream().limit(MOST_ADDRESSES).toList()) {
      Spf.Outcome outcome = Spf.evaluate(on.names(), domain, from);
      judge(on, domain, from, outcome).ifPresent(findings::add);
    }
    if (senders.isEmpty()) {
      return List.of(Finding.unknown("no public address of this machine is known"));
    }
    return findings.isEmpty()
        ? List.of(Finding.good("lets " + ServerChecks.hosts(senders) + " send"))
        : findings;
  }

  private static Optional<Finding> judge(
      Examination on, Domain domain, InetAddress from, Spf.Outcome outcome) {
    String what =
        from.getHostAddress()
            + ": "
            + outcome.result().name().toLowerCase(Locale.ROOT)
            + " ("
            + outcome.why()
            + ")";
    String kind = from.getAddress().length == 4 ? "ip4:" : "ip6:";
    String line = domain + ". IN TXT \"v=spf1 mx " + kind + from.getHostAddress() + " -all\"";
    return switch (outcome.result()) {
      case PASS -> Optional.empty();
      case OPEN ->
          Optional.of(Finding.unknown(what + ": what depends on the sender is not evaluated"));
      case FAIL, PERMERROR ->
          Optional.of(
              Finding.problem(
                  "the record does not let this server send: " + what,
                  "Other servers refuse mail of " + domain + " from here.",
                  line));
      case SOFTFAIL, NEUTRAL, NONE ->
          Optional.of(
              Finding.warning(
                  "the record does not name this server: " + what,
                  "Mail of " + domain + " from " + on.site().hostName() + " counts as doubtful.",
                  line));
    };
  }

  private static List<Finding> dkim(Examination on, Domain domain) {
    return List.of(Finding.unknown("mail of " + domain + " is not signed yet by this server"));
  }

  private static List<Finding> dmarc(Examination on, Domain domain) {
    List<String> records = with("v=DMARC1", on.names().texts("_dmarc", domain));
    String line = "_dmarc." + domain + ". IN TXT \"" + Zone.dmarc(domain) + "\"";
    if (records.isEmpty()) {
      String name = domain.name();
      // RFC 9989: what a domain above says holds below it.
      for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.')) {
        name = name.substring(dot + 1);
        Optional<Domain> above = name.indexOf('.') > 0 ? Domain.parse(name) : Optional.empty();
        if (above.isPresent()
            && !with("v=DMARC1", on.names().texts("_dmarc", above.get())).isEmpty()) {
          return List.of(Finding.good("that of " + above.get() + " holds"));
        }
      }
      return List.of(
          Finding.warning(
              domain + " has no DMARC record",
              "Large providers want one from whoever sends much, and nobody is told of mail that"
                  + " others send in your name.",
              line));
    }
    if (records.size() > 1) {
      return List.of(
          Finding.warning(
              domain + " has " + records.size() + " DMARC records",
              "With more than one none counts.",
              line));
    }
    boolean says = tag(records.get(0), "p").matches("(?i)none|quarantine|reject");
    return List.of(
        says
            ? Finding.good(Finding.shown(records.get(0)))
            : Finding.warning(
                "the DMARC record has no policy that is known: " + Finding.shown(records.get(0)),
                "A record without p=none, quarantine or reject does not count.",
                line));
  }

  private static List<Finding> sts(Examination on, Domain domain) {
    List<String> records = with("v=STSv1", on.names().texts("_mta-sts", domain));
    if (records.isEmpty()) {
      return List.of(Finding.good("none is published, and none has to be"));
    }
    if (records.size() > 1 || !tag(records.get(0), "id").matches("[A-Za-z0-9]{1,32}")) {
      return List.of(
          Finding.warning(
              records.size() > 1
                  ? domain + " has " + records.size() + " MTA-STS records"
                  : "the MTA-STS record has no id: " + Finding.shown(records.get(0)),
              "It does not count (RFC 8461, 3.1), and nobody reads the policy.",
              "_mta-sts." + domain + ". IN TXT \"v=STSv1; id=1\""));
    }
    List<InetSocketAddress> peers =
        on.addresses("mta-sts." + domain.name()).stream()
            .limit(MOST_ADDRESSES)
            .map(address -> new InetSocketAddress(address, HTTPS))
            .toList();
    Map<Outcome, List<InetSocketAddress>> calls = on.call(peers);
    return List.of(
        calls.containsKey(Outcome.REACHED)
            ? Finding.good("is published, and its host answers; the policy is not read")
            : Finding.warning(
                peers.isEmpty()
                    ? "mta-sts." + domain + " has no address"
                    : "mta-sts." + domain + " cannot be reached: " + Examination.words(calls),
                "The record says that there is a policy, and nobody can read it.",
                "https://mta-sts." + domain + "/.well-known/mta-sts.txt"));
  }

  private static List<Finding> reports(Examination on, Domain domain) {
    List<String> records = with("v=TLSRPTv1", on.names().texts("_smtp._tls", domain));
    if (records.isEmpty()) {
      return List.of(Finding.good("none is published, and none has to be"));
    }
    String rua = tag(records.get(0), "rua");
    boolean good =
        records.size() == 1
            && Set.of("mailto", "https").contains(rua.split(":", 2)[0].toLowerCase(Locale.ROOT));
    return List.of(
        good
            ? Finding.good(Finding.shown(records.get(0)))
            : Finding.warning(
                "the TLS-RPT record does not count: "
                    + (records.size() > 1
                        ? "there are " + records.size()
                        : Finding.shown(records.get(0))),
                "Nobody is told when TLS to this domain fails (RFC 8460, 3).",
                "_smtp._tls." + domain + ". IN TXT \"" + Zone.reports(domain) + "\""));
  }

  /** Those texts that begin so. */
  private static List<String> with(String version, List<String> texts) {
    return texts.stream()
        .filter(text -> text.equals(version) || text.matches(version + "\\s*;(?s:.*)"))
        .toList();
  }

  /** The value of a tag; empty where there is none. */
  private static String tag(String record, String name) {
    for (String part : record.split(";")) {
      String[] words = part.split("=", 2);
      if (words.length == 2 && words[0].strip().equals(name)) {
        return words[1].strip();
      }
    }
    return "";
  }
}
