package org.postroom.core.testing;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.SpecialUseTaken;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaPassed;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;

/**
 * Mailboxes in memory: the plain form that the SQL store is compared with. One lock guards all of
 * it; listeners are called after the lock is given back, on the thread that made the change.
 */
public final class MemoryMailStore implements MailStore {
  private static final Set<SpecialUse> USUAL = EnumSet.allOf(SpecialUse.class);

  /** Guards everything here, and the queue and the accounts that share this store. */
  final Object lock = new Object();

  private final Clock clock;
  private final Map<AccountId, Owner> owners = new HashMap<>();
  private final Map<MailboxId, Box> boxes = new LinkedHashMap<>();
  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private int lastMailbox;
  private long lastEmail;

  public MemoryMailStore(Clock clock) {
    this.clock = clock;
  }

  // Accounts: called by MemoryAccounts, or by tests that have none.

  /** Makes the mailboxes of a new account: INBOX and one for each special use, all subscribed. */
  public void addAccount(AccountId account) {
    changing(
        () -> {
          if (owners.putIfAbsent(account, new Owner(account)) == null) {
            Owner owner = owners.get(account);
            owner.subscriptions.add(MailboxName.INBOX);
            make(owner, MailboxName.INBOX, Optional.empty());
            for (SpecialUse use : USUAL) {
              MailboxName name = MailboxName.of(use.attribute().substring(1));
              owner.subscriptions.add(name);
              make(owner, name, Optional.of(use));
            }
          }
          return account;
        });
  }

  /** Says what the account's mailboxes may hold. */
  void setQuota(AccountId account, Quota quota) {
    synchronized (lock) {
      owner(account).quota = quota;
    }
  }

  /** What the account's mailboxes hold, and may hold. */
  QuotaUse use(AccountId account) {
    synchronized (lock) {
      return owner(account).use();
    }
  }

  /** Removes the account and its mailboxes. */
  public void removeAccount(AccountId account) {
    changing(
        () -> {
          Owner owner = owners.remove(account);
          if (owner != null) {
            List.copyOf(boxesOf(account)).forEach(this::drop);
          }
          return account;
        });
  }

  /** Forgets the messages behind expunged UIDs, as a store does after a while. */
  public void forgetExpunged() {
    synchronized (lock) {
      boxes.values().forEach(box -> box.gone.values().forEach(row -> row.forgotten = true));
    }
  }

  // Mailboxes.

  @Override
  public List<Mailbox> list(AccountId account) {
    synchronized (lock) {
      return boxesOf(account).stream()
          .sorted(Comparator.comparing(box -> box.name))
          .map(Box::toMailbox)
          .toList();
    }
  }

  @Override
  public Optional<Mailbox> find(AccountId account, MailboxName name) {
    synchronized (lock) {
      return named(account, name).map(Box::toMailbox);
    }
  }

  @Override
  public Mailbox mailbox(MailboxId mailbox) {
    synchronized (lock) {
      return box(mailbox).toMailbox();
    }
  }

  @Override
  public Mailbox create(AccountId account, MailboxName name, Optional<SpecialUse> use) {
    return changing(
        () -> {
          Owner owner = owner(account);
          if (named(account, name).isPresent()) {
            throw new MailboxExists("Mailbox already exists: " + name);
          }
          if (use.isPresent() && boxesOf(account).stream().anyMatch(b -> b.use.equals(use))) {
            throw new SpecialUseTaken("Another mailbox is " + use.get().attribute());
          }
          return make(owner, name, use).toMailbox();
        });
  }

  @Override
  public Mailbox adopt(AccountId account, MailboxName name, long uidValidity) {
    return changing(
        () -> {
          if (uidValidity < 1 || uidValidity > Uid.MAX) {
            throw new IllegalArgumentException("UIDVALIDITY out of range: " + uidValidity);
          }
          Owner owner = owner(account);
          Optional<Box> known = named(account, name);
          if (known.isPresent() && known.get().uidValidity == uidValidity) {
            return known.get().toMailbox();
          }
          if (known.isPresent() && known.get().uidNext > 1) {
            throw new MailboxExists("Mailbox has had messages under other UIDs: " + name);
          }
          long last = owner.uidValidity;
          Box box = known.orElseGet(() -> make(owner, name, Optional.empty()));
          owner.uidValidity = Math.max(last, uidValidity);
          box.uidValidity = uidValidity;
          long unused = touch(box);
          return box.toMailbox();
        });
  }

  @Override
  public void delete(MailboxId mailbox) {
    changing(
        () -> {
          Box box = box(mailbox);
          if (box.name.isInbox()) {
            throw new BadMailboxName("INBOX cannot be deleted");
          }
          drop(box);
          return box;
        });
  }

  @Override
  public void rename(AccountId account, MailboxName from, MailboxName to) {
    changing(
        () -> {
          Owner owner = owner(account);
          if (from.isInbox()) {
            renameInbox(owner, to);
          } else {
            renameTree(owner, from, to);
          }
          return owner;
        });
  }

  @Override
  public Set<MailboxName> subscriptions(AccountId account) {
    synchronized (lock) {
      Owner owner = owners.get(account);
      return owner == null ? Set.of() : new TreeSet<>(owner.subscriptions);
    }
  }

  @Override
  public void subscribe(AccountId account, MailboxName name) {
    synchronized (lock) {
      owner(account).subscriptions.add(name);
    }
  }

  @Override
  public void unsubscribe(AccountId account, MailboxName name) {
    synchronized (lock) {
      owner(account).subscriptions.remove(name);
    }
  }

  // Views.

  @Override
  public Snapshot snapshot(MailboxId mailbox) {
    synchronized (lock) {
      Box box = box(mailbox);
      return new Snapshot(box.toMailbox(), uids(box.live.values()));
    }
  }

  @Override
  public Changes changesSince(MailboxId mailbox, long modSeq) {
    synchronized (lock) {
      Box box = box(mailbox);
      List<Changes.FlagsRow> changed =
          box.live.values().stream()
              .filter(row -> row.modSeq > modSeq)
              .map(Row::toFlagsRow)
              .toList();
      List<Row> vanished =
          box.gone.values().stream()
              .filter(row -> row.expunged > modSeq && row.created <= modSeq)
              .toList();
      return new Changes(box.toMailbox(), changed, uids(vanished));
    }
  }

  @Override
  public UidSet claimRecent(MailboxId mailbox) {
    synchronized (lock) {
      Box box = box(mailbox);
      long first = box.firstRecent;
      box.firstRecent = box.uidNext;
      return first == box.uidNext ? UidSet.EMPTY : UidSet.range(first, box.uidNext - 1);
    }
  }

  @Override
  public void read(
      MailboxId mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    List<MessageRow> rows = new ArrayList<>();
    synchronized (lock) {
      Box box = box(mailbox);
      NavigableMap<Long, Row> all = new TreeMap<>(box.live);
      all.putAll(box.gone);
      all.values().stream()
          .filter(row -> !row.forgotten && uids.contains(row.uid))
          .forEach(row -> rows.add(View.of(row, details)));
    }
    rows.forEach(visitor);
  }

  @Override
  public Optional<Uid> firstUnseen(MailboxId mailbox) {
    synchronized (lock) {
      return box(mailbox).live.values().stream()
          .filter(row -> !row.flags.has(Flags.SEEN))
          .map(row -> new Uid(row.uid))
          .findFirst();
    }
  }

  // Messages.

  @Override
  public Appended append(MailboxId mailbox, List<NewMessage> messages) {
    return changing(
        () -> {
          Box box = box(mailbox);
          List<Body> bodies = messages.stream().map(m -> Body.of(m.content())).toList();
          room(box.owner, bodies.stream().mapToLong(Body::size).sum(), bodies.size());
          Naming naming = new Naming(box, List.of());
          List<Flags> flags = messages.stream().map(naming::flags).toList();
          box.keywords = naming.names;
          UidSet.Builder uids = new UidSet.Builder();
          if (!messages.isEmpty()) {
            long modSeq = touch(box);
            for (int i = 0; i < messages.size(); i++) {
              Row row = new Row(box.uidNext++, modSeq, flags.get(i), messages.get(i).date());
              row.body = bodies.get(i);
              row.email = ++lastEmail;
              row.savedAt = clock.millis();
              box.add(row);
              uids.add(row.uid);
            }
          }
          return new Appended(box.uidValidity, uids.build(), box.highestModSeq, naming.leftOut);
        });
  }

  @Override
  public Appended restore(MailboxId mailbox, List<Numbered> messages, long uidNext) {
    return changing(
        () -> {
          Box box = box(mailbox);
          for (int i = 1; i < messages.size(); i++) {
            if (messages.get(i).uid() <= messages.get(i - 1).uid()) {
              throw new IllegalArgumentException("UIDs do not rise");
            }
          }
          if (uidNext > Uid.MAX
              || !messages.isEmpty() && messages.get(messages.size() - 1).uid() >= Uid.MAX) {
            throw new IllegalArgumentException("no UID would be left");
          }
          List<Numbered> coming =
              messages.stream().filter(one -> one.uid() >= box.uidNext).toList();
          List<NewMessage> contents = coming.stream().map(Numbered::message).toList();
          List<Body> bodies = contents.stream().map(m -> Body.of(m.content())).toList();
          room(box.owner, bodies.stream().mapToLong(Body::size).sum(), bodies.size());
          Naming naming = new Naming(box, List.of());
          List<Flags> flags = contents.stream().map(naming::flags).toList();
          box.keywords = naming.names;
          UidSet.Builder uids = new UidSet.Builder();
          boolean seen = box.firstRecent == box.uidNext;
          if (!coming.isEmpty() || uidNext > box.uidNext) {
            long modSeq = touch(box);
            for (int i = 0; i < coming.size(); i++) {
              Row row = new Row(coming.get(i).uid(), modSeq, flags.get(i), contents.get(i).date());
              row.body = bodies.get(i);
              row.email = ++lastEmail;
              row.savedAt = clock.millis();
              box.add(row);
              uids.add(row.uid);
              box.uidNext = row.uid + 1;
            }
            box.uidNext = Math.max(box.uidNext, uidNext);
          }
          box.firstRecent = seen ? box.uidNext : box.firstRecent;
          return new Appended(box.uidValidity, uids.build(), box.highestModSeq, naming.leftOut);
        });
  }

  @Override
  public StoreResult store(MailboxId mailbox, UidSet uids, FlagChange change, long unchangedSince) {
    return changing(
        () -> {
          Box box = box(mailbox);
          long before = box.toMailbox().highestModSeq();
          List<Row> rows = box.chosen(uids);
          List<Row> modified = rows.stream().filter(row -> row.modSeq > unchangedSince).toList();
          rows.removeAll(modified);
          boolean adds = change.mode() != FlagChange.Mode.REMOVE && !rows.isEmpty();
          boolean replaces = change.mode() == FlagChange.Mode.REPLACE;
          Naming naming = new Naming(box, replaces ? rows : List.of());
          if (adds) {
            naming.learn(change.keywords());
          }
          if (!naming.leftOut.isEmpty()) {
            throw new TooManyKeywords("Too many keywords in one mailbox");
          }
          Map<Row, Flags> after = new LinkedHashMap<>();
          rows.forEach(row -> after.put(row, naming.changed(row.flags, change)));
          after.entrySet().removeIf(one -> one.getKey().flags.equals(one.getValue()));
          if (!after.isEmpty()) {
            box.keywords = naming.names;
            long modSeq = touch(box);
            after.forEach(
                (row, flags) -> {
                  box.count(row, -1);
                  row.flags = flags;
                  row.modSeq = modSeq;
                  box.count(row, +1);
                });
            box.giveBack();
          }
          return new StoreResult(
              box.toMailbox(), before, rows.stream().map(Row::toFlagsRow).toList(), uids(modified));
        });
  }

  @Override
  public Copied copy(MailboxId source, UidSet uids, MailboxId target) {
    return changing(
        () -> {
          Box from = box(source);
          Box to = box(target);
          List<Row> rows = from.chosen(uids);
          room(to.owner, rows.stream().mapToLong(row -> row.body.size()).sum(), rows.size());
          return copyRows(rows, to);
        });
  }

  @Override
  public Copied move(MailboxId source, UidSet uids, MailboxId target) {
    return changing(
        () -> {
          Box from = box(source);
          Box to = box(target);
          List<Row> rows = from.chosen(uids);
          if (from.owner != to.owner) {
            room(to.owner, rows.stream().mapToLong(row -> row.body.size()).sum(), rows.size());
          }
          return moveRows(from, rows, to);
        });
  }

  @Override
  public UidSet expungeDeleted(MailboxId mailbox, UidSet uids) {
    return changing(
        () -> {
          Box box = box(mailbox);
          return remove(
              box, box.chosen(uids).stream().filter(row -> row.flags.has(Flags.DELETED)).toList());
        });
  }

  @Override
  public UidSet expunge(MailboxId mailbox, UidSet uids) {
    return changing(
        () -> {
          Box box = box(mailbox);
          return remove(box, box.chosen(uids));
        });
  }

  @Override
  public Subscription watch(MailboxId mailbox, Consumer<MailboxChange> listener) {
    synchronized (lock) {
      Watch watch = new Watch(box(mailbox).id, listener);
      watches.add(watch);
      return () -> watches.remove(watch);
    }
  }

  // Deliveries: part of the queue's units of work, under its hold of the lock.

  /** Throws what {@link #deliver} would for so much, without changing anything. */
  void checkDelivery(AccountId account, long octets, long messages) {
    room(owner(account), octets, messages);
  }

  /** Appends to a mailbox that is made when it is not there. */
  void deliver(
      AccountId account, MailboxName name, Content content, long flags, InternalDate date) {
    Box box = named(account, name).orElseGet(() -> make(owner(account), name, Optional.empty()));
    Row row = new Row(box.uidNext++, touch(box), Flags.of(flags), date);
    row.body = Body.of(content);
    row.email = ++lastEmail;
    row.savedAt = clock.millis();
    box.add(row);
  }

  /** Nobody's mailboxes are ever full here. */
  @Override
  public Subscription watchQuotas(Consumer<QuotaPassed> listener) {
    return () -> {};
  }

  /** Runs one unit of work under the lock, then tells who watches. */
  <T> T changing(Supplier<T> work) {
    T result;
    List<MailboxChange> changes = new ArrayList<>();
    synchronized (lock) {
      result = work.get();
      boxes.values().stream()
          .filter(box -> box.announced != box.highestModSeq)
          .forEach(
              box -> {
                box.announced = box.highestModSeq;
                changes.add(new MailboxChange(box.id, box.highestModSeq));
              });
      watches.stream()
          .filter(watch -> !boxes.containsKey(watch.mailbox))
          .map(watch -> new MailboxChange(watch.mailbox, 0))
          .distinct()
          .forEach(changes::add);
    }
    for (MailboxChange change : changes) {
      for (Watch watch : watches) {
        if (watch.mailbox.equals(change.mailbox())) {
          watch.listener.accept(change);
        }
      }
    }
    if (!changes.isEmpty()) {
      watches.removeIf(watch -> changes.contains(new MailboxChange(watch.mailbox, 0)));
    }
    return result;
  }

  private Owner owner(AccountId account) {
    Owner owner = owners.get(account);
    if (owner == null) {
      throw new MailboxNotFound("no account " + account.value());
    }
    return owner;
  }

  private Box box(MailboxId id) {
    Box box = boxes.get(id);
    if (box == null) {
      throw new MailboxNotFound("no mailbox " + id.value());
    }
    return box;
  }

  private List<Box> boxesOf(AccountId account) {
    return boxes.values().stream().filter(box -> box.owner.id.equals(account)).toList();
  }

  private Optional<Box> named(AccountId account, MailboxName name) {
    return boxesOf(account).stream().filter(box -> box.name.equals(name)).findFirst();
  }

  private Box make(Owner owner, MailboxName name, Optional<SpecialUse> use) {
    owner.uidValidity = Math.max(owner.uidValidity + 1, clock.instant().getEpochSecond());
    Box box = new Box(new MailboxId(++lastMailbox), owner, name, owner.uidValidity, use);
    boxes.put(box.id, box);
    box.announced = touch(box);
    return box;
  }

  private void drop(Box box) {
    box.owner.octets -= box.octets;
    box.owner.messages -= box.live.size();
    boxes.remove(box.id);
  }

  private void renameInbox(Owner owner, MailboxName to) {
    if (named(owner.id, to).isPresent()) {
      throw new MailboxExists("Mailbox already exists: " + to);
    }
    Box inbox = named(owner.id, MailboxName.INBOX).orElseThrow();
    Box target = make(owner, to, Optional.empty());
    moveRows(inbox, new ArrayList<>(inbox.live.values()), target);
  }

  private void renameTree(Owner owner, MailboxName from, MailboxName to) {
    List<Box> all = boxesOf(owner.id);
    List<Box> moving =
        all.stream().filter(box -> box.name.equals(from) || box.name.isBelow(from)).toList();
    if (moving.isEmpty()) {
      throw new MailboxNotFound("Mailbox does not exist: " + from);
    }
    if (to.isBelow(from)) {
      throw new BadMailboxName("A mailbox cannot be moved below itself");
    }
    Map<Box, MailboxName> names = new LinkedHashMap<>();
    moving.forEach(box -> names.put(box, moved(box.name, from, to)));
    for (Box box : all) {
      boolean inTheWay = from.equals(to) || !moving.contains(box);
      if (inTheWay && (box.name.equals(to) || names.containsValue(box.name))) {
        throw new MailboxExists("Mailbox already exists: " + box.name);
      }
    }
    names.forEach((box, name) -> box.name = name);
    for (MailboxName name : List.copyOf(owner.subscriptions)) {
      if (name.equals(from) || name.isBelow(from)) {
        owner.subscriptions.remove(name);
        owner.subscriptions.add(moved(name, from, to));
      }
    }
  }

  private static MailboxName moved(MailboxName name, MailboxName from, MailboxName to) {
    return MailboxName.of(to.value() + name.value().substring(from.value().length()));
  }

  private static void room(Owner owner, long octets, long messages) {
    QuotaRules.Coming coming = new QuotaRules.Coming("INBOX", octets, messages, 0, false);
    if (!QuotaRules.NONE.admits(owner.use(), coming)) {
      throw new OverQuota("The mailboxes may hold " + owner.quota);
    }
  }

  /** Draws a mod-sequence for a change in {@code box}. */
  private static long touch(Box box) {
    box.highestModSeq = ++box.owner.modSeq;
    return box.highestModSeq;
  }

  private Copied copyRows(List<Row> rows, Box to) {
    Naming naming = new Naming(to, List.of());
    List<Flags> flags =
        rows.stream()
            .map(row -> naming.flags(row.flags.system(), new LinkedHashSet<>(row.flags.keywords())))
            .toList();
    to.keywords = naming.names;
    UidSet.Builder target = new UidSet.Builder();
    if (!rows.isEmpty()) {
      long modSeq = touch(to);
      for (int i = 0; i < rows.size(); i++) {
        Row copy = new Row(to.uidNext++, modSeq, flags.get(i), rows.get(i).date);
        copy.body = rows.get(i).body;
        copy.email = rows.get(i).email;
        copy.savedAt = clock.millis();
        to.add(copy);
        target.add(copy.uid);
      }
    }
    return new Copied(to.uidValidity, uids(rows), target.build());
  }

  private Copied moveRows(Box from, List<Row> rows, Box to) {
    Copied copied = copyRows(rows, to);
    remove(from, rows);
    return copied;
  }

  private UidSet remove(Box box, List<Row> rows) {
    if (!rows.isEmpty()) {
      long modSeq = touch(box);
      for (Row row : rows) {
        box.live.remove(row.uid);
        box.count(row, -1);
        row.expunged = modSeq;
        box.gone.put(row.uid, row);
      }
      box.giveBack();
    }
    return uids(rows);
  }

  /** What keywords are called in a mailbox; new ones as long as there is room. */
  private static final class Naming {
    private final Box box;
    private final Collection<Row> without;
    private final Set<Keyword> given = new HashSet<>();
    private final Set<Keyword> leftOut = new LinkedHashSet<>();
    private final List<Keyword> names;

    /**
     * Begins with what is known.
     *
     * @param without messages whose keywords will all be replaced
     */
    Naming(Box box, Collection<Row> without) {
      this.box = box;
      this.without = without;
      this.names = new ArrayList<>(box.keywords);
    }

    void learn(Collection<Keyword> keywords) {
      keywords.stream().filter(names::contains).forEach(given::add);
      for (Keyword keyword : keywords) {
        if (names.contains(keyword)) {
          continue;
        }
        if (names.size() >= Mailbox.MAX_KEYWORDS - 1) {
          Set<Keyword> had = box.had(without);
          names.removeIf(name -> !had.contains(name) && !given.contains(name));
        }
        if (names.size() == Mailbox.MAX_KEYWORDS) {
          leftOut.add(keyword);
        } else {
          names.add(keyword);
          given.add(keyword);
        }
      }
    }

    Flags flags(NewMessage message) {
      return flags(message.flags() & Flags.SYSTEM, message.keywords());
    }

    Flags flags(long system, Set<Keyword> keywords) {
      learn(keywords);
      return named(system, keywords);
    }

    private Flags named(long system, Set<Keyword> keywords) {
      return new Flags(system, names.stream().filter(keywords::contains).toList());
    }

    Flags changed(Flags flags, FlagChange change) {
      Set<Keyword> keywords = new HashSet<>(flags.keywords());
      return switch (change.mode()) {
        case ADD -> {
          keywords.addAll(change.keywords());
          yield named(flags.system() | change.system(), keywords);
        }
        case REMOVE -> {
          keywords.removeAll(change.keywords());
          yield named(flags.system() & ~change.system(), keywords);
        }
        case REPLACE -> named(change.system(), change.keywords());
      };
    }
  }

  private static UidSet uids(Iterable<Row> ascending) {
    UidSet.Builder uids = new UidSet.Builder();
    ascending.forEach(row -> uids.add(row.uid));
    return uids.build();
  }

  /** An account as far as its mailboxes are concerned. */
  private static final class Owner {
    private final AccountId id;
    private final Set<MailboxName> subscriptions = new TreeSet<>();
    private Quota quota = Quota.NONE;
    private long octets;
    private long messages;
    private long modSeq;
    private long uidValidity;

    Owner(AccountId id) {
      this.id = id;
    }

    QuotaUse use() {
      return new QuotaUse(quota.or(Quota.ENDLESS), octets, messages);
    }
  }

  private record Watch(MailboxId mailbox, Consumer<MailboxChange> listener) {
    // Two watches are never the same, however equal their parts.
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private static final class Box {
    private final MailboxId id;
    private final Owner owner;
    private final Optional<SpecialUse> use;
    private final NavigableMap<Long, Row> live = new TreeMap<>();
    private final NavigableMap<Long, Row> gone = new TreeMap<>();
    private MailboxName name;
    private List<Keyword> keywords = List.of();
    private long uidValidity;
    private long uidNext = 1;
    private long firstRecent = 1;
    private long highestModSeq;
    private long announced;
    private int unseen;
    private int deleted;
    private long octets;

    Box(MailboxId id, Owner owner, MailboxName name, long uidValidity, Optional<SpecialUse> use) {
      this.id = id;
      this.owner = owner;
      this.name = name;
      this.uidValidity = uidValidity;
      this.use = use;
    }

    void add(Row row) {
      live.put(row.uid, row);
      count(row, +1);
    }

    void count(Row row, int sign) {
      unseen += row.flags.has(Flags.SEEN) ? 0 : sign;
      deleted += row.flags.has(Flags.DELETED) ? sign : 0;
      octets += sign * row.body.size();
      owner.octets += sign * row.body.size();
      owner.messages += sign;
    }

    /** The live ones of {@code uids}, in a list the caller may change. */
    List<Row> chosen(UidSet uids) {
      List<Row> rows = new ArrayList<>();
      for (Row row : live.values()) {
        if (uids.contains(row.uid)) {
          rows.add(row);
        }
      }
      return rows;
    }

    /** The keywords that its messages have, but for some of these. */
    Set<Keyword> had(Collection<Row> without) {
      Set<Keyword> all = new HashSet<>();
      live.values().stream()
          .filter(row -> !without.contains(row))
          .forEach(row -> all.addAll(row.flags.keywords()));
      return all;
    }

    /** So that it is full only when messages have all its keywords. */
    void giveBack() {
      if (keywords.size() == Mailbox.MAX_KEYWORDS) {
        Set<Keyword> had = had(List.of());
        keywords = keywords.stream().filter(had::contains).toList();
      }
    }

    Mailbox toMailbox() {
      return new Mailbox(
          id,
          owner.id,
          name,
          uidValidity,
          uidNext,
          highestModSeq,
          firstRecent,
          live.size(),
          unseen,
          deleted,
          octets,
          keywords,
          use);
    }
  }

  private record Body(Content content, MessageStructure structure, MessageEnvelope envelope) {
    static Body of(Content content) {
      byte[] octets = content.toBytes();
      StructureScanner scanner = new StructureScanner();
      scanner.update(octets, 0, octets.length);
      MessageStructure structure = scanner.finish();
      return new Body(Content.of(octets), structure, structure.envelope());
    }

    long size() {
      return content.size();
    }
  }

  private static final class Row {
    private final long uid;
    private final long created;
    private final InternalDate date;
    private Body body;
    private long email;
    private long savedAt;
    private long modSeq;
    private Flags flags;
    private long expunged;
    private boolean forgotten;

    Row(long uid, long modSeq, Flags flags, InternalDate date) {
      this.uid = uid;
      this.created = modSeq;
      this.modSeq = modSeq;
      this.flags = flags;
      this.date = date;
    }

    Changes.FlagsRow toFlagsRow() {
      return new Changes.FlagsRow(uid, flags, modSeq);
    }
  }

  /** A row as it was when it was read; strict about details that were not asked for. */
  private record View(
      long uid,
      long modSeq,
      Flags flags,
      InternalDate internalDate,
      long savedAt,
      long emailId,
      Body body,
      Set<Detail> details)
      implements MessageRow {

    static View of(Row row, Set<Detail> details) {
      return new View(
          row.uid,
          row.modSeq,
          row.flags,
          row.date,
          row.savedAt,
          row.email,
          row.body,
          Set.copyOf(details));
    }

    @Override
    public long systemFlags() {
      return flags.system();
    }

    @Override
    public long size() {
      return body.size();
    }

    @Override
    public MessageEnvelope envelope() {
      asked(Detail.ENVELOPE);
      return body.envelope();
    }

    @Override
    public MessageStructure structure() {
      asked(Detail.STRUCTURE);
      return body.structure();
    }

    @Override
    public Optional<Content> content() {
      asked(Detail.CONTENT);
      return Optional.of(body.content());
    }

    private void asked(Detail detail) {
      if (!details.contains(detail)) {
        throw new IllegalStateException(detail + " was not asked for");
      }
    }
  }
}
