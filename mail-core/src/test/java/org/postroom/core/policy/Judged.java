package org.postroom.core.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.time.VirtualTime;

/** Clients before the judge, for tests. */
final class Judged {
  static final Sources NOBODY_KNOWS =
      new Sources(
          ZoneResolver.of(),
          Directory.EMPTY,
          PolicyServers.NONE,
          VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z")));

  private Judged() {}

  static PolicyContext stranger(InetAddress address) {
    return PolicyContext.of(
        PolicyContext.Client.of(address, Fact.of("client name", ClientNames.ABSENT)), NOBODY_KNOWS);
  }

  static PolicyContext loggedIn(InetAddress address, String login) {
    return PolicyContext.of(
        new PolicyContext.Client(
            address, Fact.of("client name", ClientNames.ABSENT), Optional.of(login), false, false),
        NOBODY_KNOWS);
  }

  /** At RCPT, with nothing left from before. */
  static Decision by(Policy policy, PolicyContext mail) {
    return policy.judge().judge(Moment.RECIPIENT, mail, Pending.NOTHING, Facts.WAITING);
  }
}
