package org.postroom.core.policy;

import java.net.InetAddress;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.Resolver.Answer;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.lookup.DnsFacts;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.refusal.LookupUnavailable;

/** What restrictions make of the DNS: who does not answer has said "ask again". */
final class DnsAnswers {
  private DnsAnswers() {}

  static <T> Answer<T> of(Fact<Answer<T>> fact, Facts facts) {
    try {
      return facts.know(fact);
    } catch (LookupUnavailable e) {
      return new Answer.TryAgain<>(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a name has an address, or somebody who takes its mail. */
  static HostName.Standing standing(Resolver resolver, Domain name, Facts facts) {
    Answer<InetAddress> addresses = of(DnsFacts.addresses(resolver, name), facts);
    if (addresses instanceof Answer.Found) {
      return HostName.Standing.KNOWN;
    }
    Answer<MailExchanger> exchangers = of(DnsFacts.exchangers(resolver, name), facts);
    if (exchangers instanceof Answer.Found) {
      return HostName.Standing.KNOWN;
    }
    return addresses instanceof Answer.TryAgain || exchangers instanceof Answer.TryAgain
        ? HostName.Standing.UNCERTAIN
        : HostName.Standing.ABSENT;
  }
}
