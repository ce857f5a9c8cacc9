package org.postroom.dist;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.maildrop.BrokenMail;
import org.postroom.dist.maildrop.LeftMail;
import org.postroom.dist.maildrop.Maildrop;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.storage.StorageFault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up what programs have left in the maildrop: at the start, every {@code queue_run_delay},
 * and more often for some seconds after the start, because who found no server then leaves its mail
 * a moment later.
 *
 * <p>Each mail has a name, which is noted down in the unit of work in which it becomes ours, and
 * forgotten a day later: wherever the process dies, or the machine before the disk knows that the
 * file is gone, it is taken once. So is a mail that a program had handed in by the socket under a
 * name, and leaves here because it heard no answer.
 */
final class Pickup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pickup.class);
  private static final int AT_ONCE = 100;

  /** Who hears no answer from the socket leaves his mail within minutes. */
  private static final Duration KNOWN = Duration.ofDays(1);

  private static final Duration FORGETTING = Duration.ofHours(1);

  private final Premises premises;
  private final NamedMails named;
  private final Supplier<Generation> current;
  private final Maildrop maildrop;
  private final MailLog log = new MailLog("pickup");
  private final Looking looking;
  private volatile boolean closed;

  // Of the look that is under way.
  private Instant forgotten = Instant.EPOCH;

  private Pickup(Premises premises, Supplier<Generation> current, Maildrop maildrop) {
    this.premises = premises;
    this.named = premises.named();
    this.current = current;
    this.maildrop = maildrop;
    this.looking =
        new Looking(
            premises.timers(),
            premises.workers(),
            () -> current.get().settings().get(ServerParams.QUEUE_RUN_DELAY),
            this::look);
  }

  /**
   * Begins to look, where there is a folder for mail that is left.
   *
   * @param current by what a mail goes that is taken now
   * @param owned takes what is to be closed
   * @throws BadConfiguration when the folder is not safe
   */
  static Optional<Pickup> open(
      Plan plan,
      Configuration configuration,
      Foundation foundation,
      Supplier<Generation> current,
      Owned owned) {
    Optional<Path> folder = configuration.maildrop(plan.settings(), plan.folder());
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Maildrop maildrop = new Maildrop(folder.get());
    Optional<String> fault;
    try {
      fault = maildrop.open();
    } catch (IOException e) {
      fault = Optional.of("cannot be made: " + Reason.withFile(e));
    }
    if (fault.isPresent()) {
      throw new BadConfiguration(plan.settings().fault(ServerParams.MAILDROP, fault.get()));
    }
    Pickup pickup = owned.add(new Pickup(foundation.premises(), current, maildrop));
    pickup.looking.soon();
    return Optional.of(pickup);
  }

  /** Where a mail becomes ours that a user hands in by the socket under a name, and may leave. */
  MailCommit taking(OsUser user, String name) {
    if (!Maildrop.isName(name)) {
      throw new IllegalArgumentException("no name of a mail: " + name);
    }
    return named.taking(key(user.name(), name), premises.clock().instant().plus(KNOWN));
  }

  /** Whether the mail of a user's is ours that has that name. */
  boolean isTaken(OsUser user, String name) {
    return Maildrop.isName(name) && named.isTaken(key(user.name(), name));
  }

  /** Nobody takes a name from somebody else. */
  private static String key(String user, String name) {
    return user.replaceAll("[^!-~]", "?") + ":" + name;
  }

  /** See {@link org.postroom.dist.operation.Desk#maildrop}. */
  List<DroppedMail> list(long from, int most) {
    return list(maildrop, from, most);
  }

  /** The same of one that no server looks after. */
  static List<DroppedMail> list(Maildrop maildrop, long from, int most) {
    try {
      return maildrop.list(from, most);
    } catch (IOException e) {
      throw new OperationRefused(
          OperationRefused.Kind.NOT_ALLOWED,
          "the maildrop cannot be looked at: " + Reason.withFile(e));
    }
  }

  /** What is known is forgotten only when all that may have its name has been looked at. */
  private void look() {
    try {
      Instant now = premises.clock().instant();
      if (takeAll() && Duration.between(forgotten, now).compareTo(FORGETTING) >= 0) {
        maildrop.clear(now.minus(KNOWN));
        int unused = named.forgetExpired(now);
        forgotten = now;
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the maildrop {} cannot be looked at now: {}", maildrop, Reason.withFile(e));
    }
  }

  /**
   * Whatever is wrong with one mail holds up nobody else; where the store has failed, the others
   * are left for the next look.
   *
   * @return whether each was looked at
   */
  private boolean takeAll() throws IOException {
    boolean all = true;
    String last = "";
    List<String> names;
    do {
      names = maildrop.names(last, AT_ONCE);
      for (String name : names) {
        if (closed) {
          return false;
        }
        try {
          take(name);
        } catch (StorageFull e) { // for this one; a smaller one may have room
          LOG.warn("{} of the maildrop waits: {}", name, e.getMessage());
          all = false;
        } catch (StorageUnavailable | StorageFault e) {
          LOG.warn("mail in the maildrop waits for the store: {}", e.getMessage());
          return false;
        } catch (AccessDeniedException e) { // a folder of somebody else's, and never a mail
          LOG.warn("{} of the maildrop cannot be put aside: {}", name, Reason.withFile(e));
        } catch (IOException | RuntimeException e) { // of any station of its way
          LOG.warn("{} of the maildrop cannot be taken now: {}", name, Reason.withFile(e));
          all = false;
        }
        last = name;
      }
    } while (names.size() == AT_ONCE);
    return all;
  }

  private void take(String name) throws IOException {
    Optional<LeftMail> found;
    try {
      found = maildrop.take(name);
      if (found.isPresent()) {
        take(found.get());
      }
    } catch (BrokenMail e) {
      LOG.warn("{} is no mail to be taken: {}", maildrop.setAside(name), e.getMessage());
    }
  }

  private void take(LeftMail found) throws IOException, BrokenMail {
    String key = key(found.user(), found.name());
    try (LeftMail mail = found) {
      if (!named.isTaken(key)) {
        Instant until = premises.clock().instant().plus(KNOWN);
        MailCommit commit = named.taking(key, until);
        if (!new PickedMail(premises, current.get(), commit, log, mail).take()) {
          return;
        }
      }
    }
    maildrop.remove(found.name());
  }

  /** Takes no more; see {@link Looking#close}. */
  @Override
  public void close() {
    closed = true;
    looking.close();
  }
}
