package org.postroom.core.testing;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.QueueIds;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.AccountId;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;

/**
 * A queue in memory beside a {@link MemoryMailStore}, under the same lock: what an acceptance
 * brings into mailboxes and queue happens at once.
 */
public final class MemoryQueueStore implements QueueStore, MailCommit {
  private static final Comparator<Waiting> BY_DUE =
      Comparator.comparing((Waiting w) -> w.due).thenComparing(w -> w.id);

  private final MemoryMailStore mailboxes;
  private final QueueIds ids;
  private final Clock clock;
  private final Map<Long, Waiting> rows = new TreeMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long lastRow;
  private long lastMail;
  private final QueueControl control = new Control();
  private Scheduler scheduler = destination -> Optional.empty();

  public MemoryQueueStore(MemoryMailStore mailboxes, Clock clock) {
    this.mailboxes = mailboxes;
    this.clock = clock;
    this.ids = new QueueIds(clock, 1);
  }

  @Override
  public List<Acceptance> commit(List<Acceptance> acceptances) {
    List<Runnable> begun = new ArrayList<>();
    List<Acceptance> made =
        mailboxes.changing(
            () -> {
              List<Acceptance> possible = possible(acceptances);
              possible.forEach(one -> enter(one, begun));
              return possible;
            });
    announce(made, begun);
    return made;
  }

  /** The same, where those wait whose mailbox cannot take their copy. */
  private List<Acceptance> possible(List<Acceptance> acceptances) {
    List<Acceptance> possible = new ArrayList<>();
    RuntimeException first = null;
    boolean any = false;
    for (Acceptance acceptance : acceptances) {
      Map<AccountId, Long> octets = new HashMap<>();
      List<Acceptance.Delivery> deliveries = new ArrayList<>();
      List<Acceptance.Onward> onward = new ArrayList<>(acceptance.onward());
      List<Acceptance.Refused> refused = new ArrayList<>();
      for (Acceptance.Delivery delivery : acceptance.deliveries()) {
        long size = delivery.header().size() + acceptance.mail().content().size();
        long before = octets.getOrDefault(delivery.account(), 0L);
        try {
          long copies =
              deliveries.stream().filter(one -> one.account().equals(delivery.account())).count();
          mailboxes.checkDelivery(delivery.account(), before + size, copies + 1);
          octets.put(delivery.account(), before + size);
          deliveries.add(delivery);
        } catch (OverQuota | MailboxNotFound e) {
          first = first == null ? e : first;
          if (delivery.claim() == Acceptance.Claim.ANSWERED) {
            refused.add(
                new Acceptance.Refused(
                    delivery.account(), delivery.mailbox(), e instanceof OverQuota));
          } else {
            onward.add(delivery.waiting());
            any |= delivery.claim() == Acceptance.Claim.KEPT;
          }
        }
      }
      any |=
          deliveries.stream().anyMatch(one -> one.claim() != Acceptance.Claim.BESIDE)
              || acceptance.onward().stream()
                  .anyMatch(one -> one.claim() != Acceptance.Claim.BESIDE);
      possible.add(acceptance.with(deliveries, onward, refused));
    }
    if (first != null && !any) {
      throw first;
    }
    return possible;
  }

  @Override
  public QueueId newId() {
    return ids.next();
  }

  @Override
  public List<QueuedMail> lease(String owner, Instant now, Duration lease, Choice choice) {
    synchronized (mailboxes.lock) {
      Map<String, Leasing> chosen = new LinkedHashMap<>();
      rows.values().stream()
          .filter(row -> row.isWaiting() && !row.due.isAfter(now) && !row.leasedAt(now))
          .filter(row -> choice.wants(row.destination) && !choice.holds(row.id))
          .sorted(BY_DUE)
          .forEach(
              row -> {
                if (chosen.containsKey(row.destination) || chosen.size() < choice.destinations()) {
                  chosen
                      .computeIfAbsent(
                          row.destination, name -> new Leasing(choice.share(row.destination)))
                      .add(row);
                }
              });
      List<List<Waiting>> leased =
          chosen.values().stream().flatMap(one -> one.deliveries.stream()).toList();
      for (List<Waiting> delivery : leased) {
        for (Waiting row : delivery) {
          row.leaseOwner = owner;
          row.leaseUntil = now.plus(lease);
        }
      }
      return leased.stream().flatMap(delivery -> grouped(delivery).stream()).toList();
    }
  }

  /** What one lease brings for a destination. */
  private static final class Leasing {
    private final Share share;
    private final List<List<Waiting>> deliveries = new ArrayList<>();

    Leasing(Share share) {
      this.share = share;
    }

    void add(Waiting row) {
      if (deliveries.stream().mapToInt(List::size).sum() >= share.recipients()) {
        return;
      }
      for (List<Waiting> delivery : deliveries) {
        if (delivery.get(0).mail.number == row.mail.number
            && delivery.size() < share.perDelivery()) {
          delivery.add(row);
          return;
        }
      }
      if (deliveries.size() < share.deliveries()) {
        deliveries.add(new ArrayList<>(List.of(row)));
      }
    }
  }

  @Override
  public void renew(String owner, Instant now, Duration lease, Collection<Long> recipients) {
    synchronized (mailboxes.lock) {
      rows.values().stream()
          .filter(row -> row.leaseOwner.equals(owner) && recipients.contains(row.id))
          .forEach(row -> row.leaseUntil = now.plus(lease));
    }
  }

  @Override
  public Set<QueueId> settle(List<Ending> endings) {
    List<Runnable> begun = new ArrayList<>();
    List<Acceptance> reports = new ArrayList<>();
    Set<QueueId> removed =
        mailboxes.changing(
            () -> {
              List<Ending> open =
                  endings.stream()
                      .filter(one -> one.settlements().stream().noneMatch(this::isSettled))
                      .toList();
              open.forEach(one -> reports.addAll(one.reports()));
              check(reports);
              Set<QueueId> gone = new HashSet<>();
              open.forEach(one -> one.settlements().forEach(row -> gone.add(settle(row))));
              rows.values().forEach(row -> gone.remove(row.mail.id));
              reports.forEach(one -> enter(one, begun));
              return gone;
            });
    announce(reports, begun);
    return removed;
  }

  @Override
  public void serve(Scheduler other) {
    synchronized (mailboxes.lock) {
      scheduler = other;
    }
  }

  @Override
  public Optional<Instant> nextDue() {
    return nextDue(destination -> true);
  }

  @Override
  public Optional<Instant> nextDue(Choice choice) {
    return nextDue(choice::wants);
  }

  private Optional<Instant> nextDue(Predicate<String> wanted) {
    synchronized (mailboxes.lock) {
      return rows.values().stream()
          .filter(row -> row.isWaiting() && wanted.test(row.destination))
          .map(row -> row.leaseOwner.isEmpty() ? row.due : row.leaseUntil)
          .min(Comparator.naturalOrder());
    }
  }

  @Override
  public List<QueuedMail> list(int limit) {
    synchronized (mailboxes.lock) {
      List<Waiting> oldest =
          rows.values().stream()
              .filter(row -> !row.deleted)
              .sorted(Comparator.comparing((Waiting w) -> w.mail.arrived).thenComparing(w -> w.id))
              .toList();
      return grouped(oldest).stream().limit(limit).toList();
    }
  }

  @Override
  public QueueControl control() {
    return control;
  }

  /** One mail on a page, at most. */
  private final class Control implements QueueControl {
    @Override
    public Page page(Section section, Position from) {
      return page(mail -> section(mail) == section, from);
    }

    @Override
    public Page page(Position from) {
      return page(mail -> section(mail) != null, from);
    }

    private Page page(Predicate<Mail> isMeant, Position from) {
      synchronized (mailboxes.lock) {
        return rows.values().stream()
            .filter(row -> row.mail.number > from.mail() && isMeant.test(row.mail))
            .findFirst()
            .map(row -> new Page(List.of(listed(row.mail)), Optional.of(position(row.mail))))
            .orElse(new Page(List.of(), Optional.empty()));
      }
    }

    @Override
    public Page page(QueueId mail, Position from) {
      synchronized (mailboxes.lock) {
        return new Page(
            rows.values().stream()
                .filter(row -> row.mail.id.equals(mail) && !row.deleted)
                .limit(1)
                .map(row -> listed(row.mail))
                .toList(),
            Optional.empty());
      }
    }

    private Position position(Mail mail) {
      return new Position(mail.number, 0);
    }

    private List<Waiting> of(Mail mail) {
      return rows.values().stream()
          .filter(row -> row.mail.number == mail.number && !row.deleted)
          .toList();
    }

    private @Nullable Section section(Mail mail) {
      List<Waiting> all = of(mail);
      if (all.isEmpty()) {
        return null;
      }
      if (all.stream().anyMatch(row -> row.isWaiting() && row.isUnderWay())) {
        return Section.ACTIVE;
      }
      return all.stream().anyMatch(Waiting::isWaiting) ? Section.DEFERRED : Section.HOLD;
    }

    private Listed listed(Mail mail) {
      QueuedMail head = grouped(of(mail)).get(0);
      return new Listed(
          head.id(),
          requireNonNull(section(mail)),
          head.sender(),
          head.traits(),
          head.content(),
          head.arrived(),
          Optional.of(QueueControl.cameFrom(mail.client)),
          of(mail).stream()
              .map(
                  row ->
                      new ListedRecipient(
                          row.toRecipient(),
                          row.destination,
                          row.isWaiting() && row.isUnderWay() ? State.UNDER_WAY : row.state,
                          row.isUnderWay(),
                          row.due,
                          Optional.ofNullable(row.lastAttempt)))
              .toList());
    }

    @Override
    public int change(Change change, Collection<Long> recipients) {
      int changed = 0;
      synchronized (mailboxes.lock) {
        for (Long id : recipients) {
          Waiting row = rows.get(id);
          changed += row != null && !row.deleted && change(change, row) ? 1 : 0;
        }
      }
      listeners.forEach(Runnable::run);
      return changed;
    }

    private boolean change(Change change, Waiting row) {
      return switch (change) {
        case HOLD -> row.turn(State.WAITING, State.HELD);
        case PARK -> row.turn(State.WAITING, State.PARKED);
        case RELEASE -> row.turn(State.HELD, State.WAITING) && row.isDue(clock.instant());
        case UNPARK -> row.turn(State.PARKED, State.WAITING) && row.isDue(clock.instant());
        case RUN -> row.isWaiting() && !row.isUnderWay() && row.isDue(clock.instant());
        case EXPIRE -> {
          boolean first = !row.expires;
          row.expires = true;
          yield first;
        }
        case DELETE -> {
          row.deleted = true;
          if (!row.isUnderWay()) {
            rows.remove(row.id);
          }
          yield true;
        }
      };
    }

    @Override
    public boolean replace(Collection<Long> recipients, List<Acceptance> others) {
      synchronized (mailboxes.lock) {
        for (Long id : recipients) {
          Waiting row = rows.get(id);
          if (row == null || row.isUnderWay()) {
            return false;
          }
        }
        List<Acceptance> unused = commit(others);
        recipients.forEach(rows::remove);
      }
      return true;
    }

    @Override
    public boolean restore(Acceptance mail) {
      synchronized (mailboxes.lock) {
        if (rows.values().stream().anyMatch(row -> row.mail.id.equals(mail.mail().id()))) {
          return false;
        }
        List<Acceptance> unused = commit(List.of(mail));
      }
      return true;
    }
  }

  @Override
  public List<SetAside> setAside(int limit) {
    return List.of(); // there are no rows to be damaged
  }

  @Override
  public long size() {
    synchronized (mailboxes.lock) {
      return rows.size();
    }
  }

  @Override
  public void releaseLeases(String owner) {
    releaseLeases(owner, List.of());
  }

  @Override
  public void releaseLeases(String owner, Collection<Long> held) {
    synchronized (mailboxes.lock) {
      rows.values().stream()
          .filter(row -> row.leaseOwner.equals(owner) && !held.contains(row.id))
          .forEach(Waiting::release);
      rows.values().removeIf(row -> row.deleted && !row.isUnderWay());
    }
  }

  @Override
  public void onQueued(Runnable listener) {
    listeners.add(listener);
  }

  private void check(List<Acceptance> acceptances) {
    Map<AccountId, Long> octets = new HashMap<>();
    for (Acceptance acceptance : acceptances) {
      for (Acceptance.Delivery delivery : acceptance.deliveries()) {
        long size = delivery.header().size() + acceptance.mail().content().size();
        octets.merge(delivery.account(), size, Long::sum);
      }
    }
    octets.forEach((account, size) -> mailboxes.checkDelivery(account, size, 1));
  }

  /** Takes what is to be done when all of it is true. */
  private void enter(Acceptance acceptance, List<Runnable> begun) {
    Content content = Content.of(acceptance.mail().content().toBytes());
    Instant arrived = acceptance.mail().arrived();
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      mailboxes.deliver(
          delivery.account(),
          delivery.mailbox(),
          Content.concat(delivery.header(), content),
          delivery.flags(),
          InternalDate.of(arrived.atOffset(ZoneOffset.UTC)));
    }
    Mail mail =
        new Mail(
            ++lastMail,
            acceptance.mail().id(),
            acceptance.mail().client(),
            acceptance.mail().envelope(),
            content,
            arrived);
    List<Waiting> others = new ArrayList<>();
    for (Acceptance.Onward onward : acceptance.onward()) {
      Waiting row = new Waiting(++lastRow, mail, onward.recipient(), onward.destination());
      row.state = acceptance.isHeld() ? QueueControl.State.HELD : QueueControl.State.WAITING;
      onward.past().ifPresent(row::continues);
      others.add(row);
    }
    lease(others, begun);
    others.forEach(row -> rows.put(row.id, row));
  }

  /** Leases those that begin their way and for which there is a place. */
  private void lease(List<Waiting> entering, List<Runnable> begun) {
    Map<String, List<Waiting>> byDestination = new LinkedHashMap<>();
    entering.stream()
        .filter(row -> row.isWaiting() && row.begins && !isBehind(row.destination))
        .forEach(
            row -> byDestination.computeIfAbsent(row.destination, d -> new ArrayList<>()).add(row));
    byDestination.forEach(
        (destination, all) -> {
          List<Waiting> left = all;
          while (!left.isEmpty()) {
            Optional<Place> place = scheduler.place(destination);
            if (place.isEmpty()) {
              return;
            }
            int most = Math.min(left.size(), place.get().recipients());
            List<Waiting> delivery = left.subList(0, most);
            for (Waiting row : delivery) {
              row.leaseOwner = place.get().owner();
              row.leaseUntil = place.get().until();
            }
            begun.add(() -> place.get().fill(grouped(delivery).get(0)));
            left = left.subList(most, left.size());
          }
        });
  }

  /** Whether there is something older to be leased. */
  private boolean isBehind(String destination) {
    Instant now = clock.instant();
    return rows.values().stream()
        .anyMatch(
            row ->
                row.destination.equals(destination)
                    && row.isWaiting()
                    && !row.due.isAfter(now)
                    && !row.leasedAt(now));
  }

  private boolean isSettled(Settlement settlement) {
    Waiting row = rows.get(settlement.recipient());
    return row == null
        || settlement instanceof Settlement.Waits waits && row.attempts > waits.attempts();
  }

  private QueueId settle(Settlement settlement) {
    Waiting row = rows.get(settlement.recipient());
    if (settlement instanceof Settlement.Waits waits && !row.deleted) {
      if (waits instanceof Settlement.Later later) {
        row.due = later.due();
        row.delayReported = later.delayReported();
      } else {
        row.state = QueueControl.State.HELD;
      }
      row.lastReason = waits.reason();
      row.lastAttempt = waits.at();
      row.attempts++;
      row.release();
    } else {
      rows.remove(row.id);
    }
    return row.mail.id;
  }

  private void announce(List<Acceptance> acceptances, List<Runnable> begun) {
    if (acceptances.stream().anyMatch(acceptance -> !acceptance.onward().isEmpty())) {
      listeners.forEach(Runnable::run);
    }
    begun.forEach(Runnable::run);
  }

  private static List<QueuedMail> grouped(List<Waiting> rows) {
    Map<Group, List<QueuedMail.QueuedRecipient>> groups = new LinkedHashMap<>();
    for (Waiting row : rows) {
      groups
          .computeIfAbsent(new Group(row.mail, row.destination), group -> new ArrayList<>())
          .add(row.toRecipient());
    }
    List<QueuedMail> mails = new ArrayList<>();
    groups.forEach((group, list) -> mails.add(group.toMail(list)));
    return mails;
  }

  private record Mail(
      long number,
      QueueId id,
      Submission.Client client,
      Envelope envelope,
      Content content,
      Instant arrived) {}

  private record Group(Mail mail, String destination) {
    QueuedMail toMail(List<QueuedMail.QueuedRecipient> recipients) {
      Envelope envelope = mail.envelope();
      return new QueuedMail(
          mail.id(),
          envelope.sender(),
          QueuedMail.Traits.of(envelope),
          mail.content(),
          mail.arrived(),
          Optional.of(QueueControl.cameFrom(mail.client())),
          destination,
          recipients);
    }
  }

  /** One recipient's row. */
  private static final class Waiting {
    private final long id;
    private final Mail mail;
    private final Recipient recipient;
    private final String destination;
    private Instant due;
    private String leaseOwner = "";
    private Instant leaseUntil = Instant.MIN;
    private QueueControl.State state = QueueControl.State.WAITING;
    private boolean begins = true;
    private boolean expires;
    private boolean deleted;
    private int attempts;
    private boolean delayReported;
    private String lastReason = "";
    private @Nullable Instant lastAttempt;

    Waiting(long id, Mail mail, Recipient recipient, String destination) {
      this.id = id;
      this.mail = mail;
      this.recipient = recipient;
      this.destination = destination;
      this.due = mail.arrived;
    }

    void continues(Acceptance.Past past) {
      begins = false;
      state = past.state() == QueueControl.State.UNDER_WAY ? state : past.state();
      due = past.due();
      attempts = past.attempts();
      lastAttempt = past.lastAttempt().orElse(null);
      lastReason = past.lastReason();
      delayReported = past.delayReported();
      expires = past.expires();
    }

    boolean isWaiting() {
      return state == QueueControl.State.WAITING && !deleted;
    }

    boolean isUnderWay() {
      return !leaseOwner.isEmpty();
    }

    boolean turn(QueueControl.State from, QueueControl.State to) {
      boolean turns = state == from;
      state = turns ? to : state;
      return turns;
    }

    /** Always true. */
    boolean isDue(Instant now) {
      due = now;
      return true;
    }

    boolean leasedAt(Instant now) {
      return leaseUntil.isAfter(now);
    }

    void release() {
      leaseOwner = "";
      leaseUntil = Instant.MIN;
    }

    QueuedMail.QueuedRecipient toRecipient() {
      return new QueuedMail.QueuedRecipient(
          id, recipient, attempts, delayReported, lastReason, expires);
    }
  }
}
