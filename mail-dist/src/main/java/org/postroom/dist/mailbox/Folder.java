package org.postroom.dist.mailbox;

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
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.part.Premises;
import org.postroom.dist.files.NamedFlags;
import org.postroom.smtp.protocol.MessageLines;

/**
 * One mailbox, whatever it is called by now. Messages have numbers (UIDs) that rise in the order in
 * which they came and are never given again. Flags are as IMAP has them: {@code \Seen}, {@code
 * \Answered}, {@code \Flagged}, {@code \Deleted}, {@code \Draft}, and words of your own.
 *
 * <p>What all methods can throw is said at {@link Mailboxes}.
 */
public final class Folder {
  private static final int CHUNK = 16 * 1024;

  private final Premises premises;
  private final MailStore store;
  private final MailboxId id;

  Folder(Premises premises, MailboxId id) {
    this.premises = premises;
    this.store = premises.mail();
    this.id = id;
  }

  private Mailbox row() {
    return store.mailbox(id);
  }

  /** What it is called now. */
  public String name() {
    return row().name().value();
  }

  /** How many messages there are. */
  public int size() {
    return row().messages();
  }

  /** How many of them are not {@code \Seen}. */
  public int unseen() {
    return row().unseen();
  }

  /** How many octets they have together. */
  public long octets() {
    return row().octets();
  }

  // --- reading

  /** All messages, the oldest first; each holds its envelope, and none its content. */
  public List<StoredMessage> messages() {
    List<StoredMessage> messages = new ArrayList<>();
    forEach(messages::add);
    return messages;
  }

  /**
   * Shows all messages, the oldest first, without holding them.
   *
   * @param visitor may take its time, and change the mailbox
   */
  public void forEach(Consumer<StoredMessage> visitor) {
    read(store.snapshot(id).uids(), visitor);
  }

  /** The message of that number; empty when it is not there, or no more. */
  public Optional<StoredMessage> message(long uid) {
    List<StoredMessage> found = new ArrayList<>(1);
    // The store shows what was expunged, too, for a while.
    read(there(List.of(uid)).intersect(store.snapshot(id).uids()), found::add);
    return found.stream().findFirst();
  }

  private void read(UidSet uids, Consumer<StoredMessage> visitor) {
    Mailbox row = row();
    store.read(
        id,
        uids,
        EnumSet.of(Detail.ENVELOPE, Detail.CONTENT),
        message -> visitor.accept(StoredMessage.of(row, message)));
  }

  // --- changing

  /** Puts a message in, as it came now; returns its number. */
  public long append(InputStream message) {
    return append(
        message, Set.of(), OffsetDateTime.ofInstant(premises.clock().instant(), premises.zone()));
  }

  /** The same for a message in memory. */
  public long append(byte[] message) {
    return append(new ByteArrayInputStream(message));
  }

  /**
   * Puts a message in.
   *
   * @param message read to its end and not closed; a LF alone ends a line
   * @param date when it came
   * @throws UncheckedIOException when it cannot be read; nothing is put in then
   * @throws IllegalArgumentException for a flag that none can be
   */
  public long append(InputStream message, Collection<String> flags, OffsetDateTime date) {
    try (ContentSink sink = premises.staging().open(0)) {
      MessageLines lines = new MessageLines(sink::write);
      byte[] chunk = new byte[CHUNK];
      for (int count = message.read(chunk); count >= 0; count = message.read(chunk)) {
        lines.write(chunk, 0, count);
      }
      lines.finish();
      try (StagedContent content = sink.finish()) {
        return append(content, NamedFlags.of(flags), date);
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
      try {
        return append(content, flags, date);
      } catch (TooManyKeywords e) {
        NamedFlags possible = flags.within(row().keywords());
        for (Keyword one : flags.keywords()) {
          if (!possible.keywords().contains(one)) {
            leftOut.accept(one.name());
          }
        }
        return append(content, possible, date);
      }
    }
  }

  private long append(StagedContent content, NamedFlags flags, OffsetDateTime date) {
    return store
        .append(
            id,
            List.of(
                new NewMessage(content, flags.system(), flags.keywords(), InternalDate.of(date))))
        .uids()
        .min();
  }

  /** Sets flags; messages that are not there are left out. */
  public void flag(Collection<Long> uids, String... flags) {
    change(uids, FlagChange.Mode.ADD, flags);
  }

  /** Takes flags away. */
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

  /**
   * Moves messages into another mailbox, of whomever it is.
   *
   * @return their numbers there, in the order of those here
   */
  public List<Long> move(Collection<Long> uids, Folder target) {
    return store.move(id, there(uids), target.id).target().stream().boxed().toList();
  }

  /** Copies messages, with flags and dates; returns their numbers there. */
  public List<Long> copy(Collection<Long> uids, Folder target) {
    return store.copy(id, there(uids), target.id).target().stream().boxed().toList();
  }

  /** Removes messages for good, whatever their flags. */
  public void expunge(Collection<Long> uids) {
    UidSet unused = store.expunge(id, there(uids));
  }

  /** Removes all messages for good. */
  public void clear() {
    UidSet unused = store.expunge(id, store.snapshot(id).uids());
  }

  /** Removes the mailbox with its messages; those below it stay. INBOX cannot be removed. */
  public void delete() {
    store.delete(id);
  }

  private UidSet there(Collection<Long> uids) {
    return UidSet.of(
        uids.stream()
            .mapToLong(Long::longValue)
            .filter(uid -> uid >= 1 && uid <= Uid.MAX)
            .toArray());
  }

  // --- watching

  /**
   * Has {@code listener} called whenever messages have come or gone, or their flags are others: on
   * a worker, one call after the other, soon after that is durable. While it is called, what
   * happens comes to one more call; it is to look itself what there is to see.
   *
   * @return to be closed when it is to hear no more
   */
  public Watch watch(Consumer<Folder> listener) {
    return Watch.begin(premises, id, () -> listener.accept(this));
  }

  /** Mailboxes are equal when they are the same one. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Folder folder && folder.id.equals(id);
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
