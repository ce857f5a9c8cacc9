package org.postroom.dist.mailbox.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.mailbox.Watch;
import org.postroom.smtp.protocol.MessageLines;

/** One mailbox on the store of a server that runs. */
final class StoreFolder implements Folder {
  private static final int CHUNK = 16 * 1024;

  private final Premises premises;
  private final MailStore store;
  private final MailboxId id;

  StoreFolder(Premises premises, MailboxId id) {
    this.premises = premises;
    this.store = premises.mail();
    this.id = id;
  }

  private Mailbox row() {
    return store.mailbox(id);
  }

  @Override
  public String name() {
    return row().name().value();
  }

  @Override
  public int size() {
    return row().messages();
  }

  @Override
  public int unseen() {
    return row().unseen();
  }

  @Override
  public long octets() {
    return row().octets();
  }

  // --- reading

  @Override
  public List<StoredMessage> messages() {
    List<StoredMessage> messages = new ArrayList<>();
    forEach(messages::add);
    return messages;
  }

  @Override
  public void forEach(Consumer<StoredMessage> visitor) {
    read(store.snapshot(id).uids(), visitor);
  }

  @Override
  public Optional<StoredMessage> message(long uid) {
    List<StoredMessage> found = new ArrayList<>(1);
    // The store shows what was expunged, too, for a while.
    read(there(List.of(uid)).intersect(store.snapshot(id).uids()), found::add);
    return found.stream().findFirst();
  }

  private static StoredMessage message(MessageRow row) {
    return new StoredMessage(
        row.uid(),
        NamedFlags.names(row.flags()),
        row.internalDate().time(),
        row.size(),
        HeadersReader.of(row.envelope()),
        row.content());
  }

  private void read(UidSet uids, Consumer<StoredMessage> visitor) {
    store.read(
        id,
        uids,
        EnumSet.of(Detail.ENVELOPE, Detail.CONTENT),
        message -> visitor.accept(message(message)));
  }

  // --- changing

  @Override
  public long append(InputStream message) {
    return append(
        message, Set.of(), OffsetDateTime.ofInstant(premises.clock().instant(), premises.zone()));
  }

  @Override
  public long append(byte[] message) {
    return append(new ByteArrayInputStream(message));
  }

  @Override
  public long append(InputStream message, Collection<String> flags, OffsetDateTime date) {
    try (ContentSink sink = premises.staging().open(0)) {
      MessageLines lines = new MessageLines(sink::write);
      byte[] chunk = new byte[CHUNK];
      for (int count = message.read(chunk); count >= 0; count = message.read(chunk)) {
        lines.write(chunk, 0, count);
      }
      lines.finish();
      try (StagedContent content = sink.finish()) {
        return append(content, NamedFlags.of(flags), date).uids().min();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the message cannot be read", e);
    }
  }

  /**
   * Puts in what {@code sink} has taken.
   *
   * @param leftOut told of each keyword that is one too many for the mailbox; the message comes in
   *     without it
   */
  long append(ContentSink sink, NamedFlags flags, OffsetDateTime date, Consumer<String> leftOut) {
    try (StagedContent content = sink.finish()) {
      MailStore.Appended appended = append(content, flags, date);
      appended.leftOut().forEach(keyword -> leftOut.accept(keyword.name()));
      return appended.uids().min();
    }
  }

  private MailStore.Appended append(StagedContent content, NamedFlags flags, OffsetDateTime date) {
    return store.append(
        id,
        List.of(new NewMessage(content, flags.system(), flags.keywords(), InternalDate.of(date))));
  }

  @Override
  public void flag(Collection<Long> uids, String... flags) {
    change(uids, FlagChange.Mode.ADD, flags);
  }

  @Override
  public void unflag(Collection<Long> uids, String... flags) {
    change(uids, FlagChange.Mode.REMOVE, flags);
  }

  private void change(Collection<Long> uids, FlagChange.Mode mode, String... flags) {
    NamedFlags named = NamedFlags.of(List.of(flags));
    MailStore.StoreResult unused =
        store.store(
            id,
            there(uids),
            new FlagChange(mode, named.system(), named.keywords()),
            Long.MAX_VALUE);
  }

  @Override
  public List<Long> move(Collection<Long> uids, Folder target) {
    return store.move(id, there(uids), idOf(target)).target().stream().boxed().toList();
  }

  @Override
  public List<Long> copy(Collection<Long> uids, Folder target) {
    return store.copy(id, there(uids), idOf(target)).target().stream().boxed().toList();
  }

  @Override
  public void expunge(Collection<Long> uids) {
    UidSet unused = store.expunge(id, there(uids));
  }

  @Override
  public void clear() {
    UidSet unused = store.expunge(id, store.snapshot(id).uids());
  }

  @Override
  public void delete() {
    store.delete(id);
  }

  /** Another server's has a number that is somebody else's here. */
  private MailboxId idOf(Folder folder) {
    if (folder instanceof StoreFolder ours && ours.store == store) {
      return ours.id;
    }
    throw new IllegalArgumentException("expected a mailbox of this server, but found " + folder);
  }

  private UidSet there(Collection<Long> uids) {
    return UidSet.of(
        uids.stream()
            .mapToLong(Long::longValue)
            .filter(uid -> uid >= 1 && uid <= Uid.MAX)
            .toArray());
  }

  // --- watching

  @Override
  public Watch watch(Consumer<Folder> listener) {
    return StoreWatch.begin(premises, id, () -> listener.accept(this));
  }

  /** Mailboxes are equal when they are the same one. */
  @Override
  public boolean equals(Object other) {
    return other instanceof StoreFolder folder && folder.store == store && folder.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    try {
      return name();
    } catch (MailboxNotFound e) {
      return "a mailbox that is gone";
    }
  }
}
