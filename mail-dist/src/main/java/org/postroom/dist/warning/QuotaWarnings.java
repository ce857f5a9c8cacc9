package org.postroom.dist.warning;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Handover;
import org.postroom.core.flow.Intake;
import org.postroom.core.flow.Route;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.part.Welcome;
import org.postroom.core.quota.QuotaPassed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a mail into the mailbox of who is to be told. A warning that has no room itself is in the
 * log alone. What is passed in the moment in which the server dies is not said again.
 */
final class QuotaWarnings implements Service, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("org.postroom.log.quota");

  private final Premises premises;
  private volatile MailStore.@Nullable Subscription subscription;

  /** Nobody is told yet. */
  QuotaWarnings(Premises premises) {
    this.premises = premises;
  }

  @Override
  public void running(Supplier<Generation> current) {
    subscription =
        premises
            .mail()
            .watchQuotas(
                passed -> {
                  boolean unused =
                      premises
                          .timers()
                          .handOn(premises.workers(), () -> tell(passed, current.get()));
                });
  }

  private void tell(QuotaPassed passed, Generation generation) {
    String what = passed.login() + ": " + passed.warning() + " of its quota passed";
    try {
      Optional<String> trouble = send(passed, generation);
      LOG.info("{}{}", what, trouble.map(why -> ", not told: " + why).orElse(""));
    } catch (RuntimeException e) {
      LOG.warn("{}, not told: {}", what, e.toString());
    }
  }

  /** Sends it; says why not. */
  private Optional<String> send(QuotaPassed passed, Generation generation) {
    Optional<Account> account = premises.accounts().byLogin(passed.login());
    if (account.isEmpty()) {
      return Optional.of("there is no such account any more");
    }
    Instant now = premises.clock().instant();
    Address address = generation.policy().qualified(WrittenAddress.parse(passed.login()));
    Expanded owner = Expanded.into(address, new Route.ToMailbox(account.get()), "quota warning");
    Submission.Client self =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "");
    Arriving mail =
        new Arriving(
            premises.commit().newId(),
            Origin.APPLICATION,
            self,
            Envelope.of(ReversePath.NULL, List.of(owner.recipient())),
            now);
    Entrance entrance =
        new Entrance(
            generation.settings(),
            generation.policy().hostname().name(),
            premises.zone(),
            generation.flow(),
            premises.staging());
    byte[] text = WarningText.of(generation.settings()).of(passed);
    try (Intake intake =
        entrance.begin(mail, new Entrance.Shown(self, Optional.empty(), List.of()), text.length)) {
      intake.write(text, 0, text.length);
      return intake.finish(List.of(owner), List.of()) instanceof Handover.Refused refused
          ? Optional.of(refused.reply().toString())
          : Optional.empty();
    }
  }

  @Override
  public Welcome welcome(
      Door door, SocketAddress address, Settings settings, Generation generation) {
    throw new IllegalArgumentException("warnings have no door: " + door);
  }

  @Override
  public void close() {
    MailStore.Subscription open = subscription;
    if (open != null) {
      open.close();
    }
  }
}
