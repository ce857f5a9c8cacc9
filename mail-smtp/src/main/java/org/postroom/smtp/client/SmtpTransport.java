package org.postroom.smtp.client;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.Transport;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.smtp.client.https.Https;
import org.postroom.smtp.client.tls.TlsPolicies;
import org.postroom.smtp.client.tlsrpt.SessionCounts;

/**
 * Takes mail to its next hop by SMTP. While names are looked up, connections open and greetings are
 * waited for, no thread is held; a conversation that has begun holds one worker.
 */
public final class SmtpTransport implements Transport, AutoCloseable {
  /** For looks at settings, with which nothing is asked. */
  private static final Resolver NOBODY = ZoneResolver.of();

  private static final String SMTP = "smtp";
  private static final String LMTP = "lmtp";

  private final Words words;
  private final Staging staging;
  private final Outfit outfit;
  private final IdleConnections idle;

  private SmtpTransport(Words words, Staging staging, Outfit outfit, IdleConnections idle) {
    this.words = words;
    this.staging = staging;
    this.outfit = outfit;
    this.idle = idle;
  }

  /**
   * One for a server.
   *
   * @param own the addresses that are this machine
   * @param shared with all other transports
   * @throws org.postroom.core.report.BadConfiguration for a table that cannot be had, and for what
   *     contradicts itself
   */
  public static SmtpTransport of(
      Settings settings,
      Policy policy,
      OwnAddresses own,
      Tables tables,
      Premises premises,
      SharedByTransports shared) {
    Set<InetAddress> ownAddresses = new HashSet<>(own.proxies());
    own.interfaces().forEach(one -> ownAddresses.add(one.address()));
    Resolver names = TlsPolicies.names(settings, premises.resolver());
    SmtpClientOptions options =
        SmtpClientParams.options(settings, Set.of(policy.hostname().name()), ownAddresses);
    Security security = Security.of(settings, SMTP, policy, tables, names);
    Https https =
        new Https(
            premises.wire(),
            premises.resolver().only(options::mayReach),
            premises.timers(),
            security::fault);
    Outfit outfit =
        Outfit.of(
            SMTP,
            options,
            security.hearing(shared.sources(settings, https)),
            shared.counts(settings, security.peers(), https),
            policy,
            names,
            premises,
            shared);
    return of(outfit, Words.of(settings, SMTP, policy, tables), premises);
  }

  /**
   * One for a server that speaks LMTP.
   *
   * @param shared with all other transports
   * @throws org.postroom.core.report.BadConfiguration as {@link #of}
   */
  public static SmtpTransport lmtp(
      Settings settings,
      Policy policy,
      Tables tables,
      Premises premises,
      SharedByTransports shared) {
    Settings seen = LmtpClientParams.in(settings);
    Resolver names = TlsPolicies.names(seen, premises.resolver());
    Security security = Security.of(seen, LMTP, policy, tables, names);
    Outfit outfit =
        Outfit.of(
            LMTP,
            SmtpClientParams.lmtp(seen),
            security,
            SessionCounts.none(security.peers()),
            policy,
            names,
            premises,
            shared);
    return of(outfit, Words.of(seen, LMTP, policy, tables), premises);
  }

  private static SmtpTransport of(Outfit outfit, Words words, Premises premises) {
    return new SmtpTransport(
        words,
        premises.staging(),
        outfit,
        new IdleConnections(outfit.options(), premises.clock(), premises.timers()));
  }

  /**
   * Looks at what one would obey.
   *
   * @param lmtp whether it would speak that
   * @throws org.postroom.core.report.BadConfiguration as {@link #of} and {@link #lmtp}
   */
  public static void check(Settings settings, boolean lmtp, Policy policy, Tables tables) {
    Settings seen = lmtp ? LmtpClientParams.in(settings) : settings;
    String service = lmtp ? LMTP : SMTP;
    Words unused = Words.of(seen, service, policy, tables);
    Security unusedToo = Security.of(seen, service, policy, tables, NOBODY);
  }

  @Override
  public CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop) {
    Optional<StagedContent> edited = words.edited(mail, staging);
    if (edited.isEmpty()) {
      return sent(mail, nextHop);
    }
    try {
      CompletionStage<List<Report>> attempt = sent(mail.with(edited.get()), nextHop);
      CompletionStage<List<Report>> unused =
          attempt.whenComplete((reports, trouble) -> edited.get().close());
      return attempt;
    } catch (RuntimeException | Error e) {
      edited.get().close();
      throw e;
    }
  }

  @Override
  public CompletionStage<List<String>> hosts(String nextHop, Address recipient) {
    return new Prospect(outfit).of(nextHop, recipient);
  }

  private CompletionStage<List<Report>> sent(QueuedMail mail, String nextHop) {
    return words.through(
        mail, shown -> new Attempt(outfit, idle, shown, mail.sender()).begin(nextHop));
  }

  /** Closes connections that wait to be used again. */
  @Override
  public void close() {
    idle.close();
  }
}
