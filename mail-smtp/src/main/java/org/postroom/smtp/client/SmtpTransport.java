package org.postroom.smtp.client;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Transport;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.table.Tables;

/**
 * Takes mail to its next hop by SMTP. While names are looked up, connections open and greetings are
 * waited for, no thread is held; a conversation that has begun holds one worker.
 */
public final class SmtpTransport implements Transport, AutoCloseable {
  private final Optional<GenericAddresses> generic;
  private final Outfit outfit;
  private final IdleConnections idle;

  private SmtpTransport(Optional<GenericAddresses> generic, Outfit outfit, IdleConnections idle) {
    this.generic = generic;
    this.outfit = outfit;
    this.idle = idle;
  }

  /**
   * One for a server.
   *
   * @param own the addresses that are this machine
   * @throws org.postroom.core.config.BadConfiguration for a table that cannot be had, and for what
   *     contradicts itself
   */
  public static SmtpTransport of(
      Settings settings, Policy policy, OwnAddresses own, Tables tables, Premises premises) {
    Set<InetAddress> ownAddresses = new HashSet<>(own.proxies());
    own.interfaces().forEach(one -> ownAddresses.add(one.address()));
    return of(
        SmtpClientParams.options(settings, Set.of(policy.hostname().name()), ownAddresses),
        Security.of(settings, policy, tables),
        GenericAddresses.of(settings, SmtpClientParams.GENERIC_MAPS, policy, tables),
        premises);
  }

  /**
   * One for a server that speaks LMTP: to programs of our own side, in clear.
   *
   * @throws org.postroom.core.config.BadConfiguration for a table that cannot be had
   */
  public static SmtpTransport lmtp(
      Settings settings, Policy policy, Tables tables, Premises premises) {
    return of(
        LmtpClientParams.options(settings),
        Security.inClear(policy, tables),
        GenericAddresses.of(settings, LmtpClientParams.GENERIC_MAPS, policy, tables),
        premises);
  }

  private static SmtpTransport of(
      SmtpClientOptions options, Security security, GenericAddresses generic, Premises premises) {
    RandomGenerator random = premises.random();
    return new SmtpTransport(
        generic.isEmpty() ? Optional.empty() : Optional.of(generic),
        new Outfit(
            premises.wire(),
            options,
            security,
            new TargetFinder(premises.resolver(), options, random, premises.timers()),
            random,
            premises.clock()),
        new IdleConnections(options, premises.clock(), premises.timers()));
  }

  /**
   * Looks at what one would obey.
   *
   * @param lmtp whether it would speak that
   * @throws org.postroom.core.config.BadConfiguration as {@link #of} and {@link #lmtp}
   */
  public static void check(Settings settings, boolean lmtp, Policy policy, Tables tables) {
    GenericAddresses unused =
        GenericAddresses.of(
            settings,
            lmtp ? LmtpClientParams.GENERIC_MAPS : SmtpClientParams.GENERIC_MAPS,
            policy,
            tables);
    if (!lmtp) {
      Security unusedToo = Security.of(settings, policy, tables);
    }
  }

  @Override
  public CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop) {
    return generic.isPresent()
        ? generic
            .get()
            .through(mail, shown -> new Attempt(outfit, idle, shown, mail.sender()).begin(nextHop))
        : new Attempt(outfit, idle, mail, mail.sender()).begin(nextHop);
  }

  /** Closes connections that wait to be used again. */
  @Override
  public void close() {
    idle.close();
  }
}
