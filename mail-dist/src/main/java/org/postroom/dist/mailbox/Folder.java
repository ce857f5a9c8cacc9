package org.postroom.dist.mailbox;

import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One mailbox, whatever it is called by now. Messages have numbers (UIDs) that rise in the order in
 * which they came and are never given again. Flags are as IMAP has them: {@code \Seen}, {@code
 * \Answered}, {@code \Flagged}, {@code \Deleted}, {@code \Draft}, and words of your own, of which
 * the messages of a folder can have 256; those that one comes with beyond that are left out.
 *
 * <p>What all methods can throw is said at {@link Mailboxes}.
 */
public interface Folder {

  /** What it is called now. */
  String name();

  /** How many messages there are. */
  int size();

  /** How many of them are not {@code \Seen}. */
  int unseen();

  /** How many octets they have together. */
  long octets();

  // --- reading

  /** All messages, the oldest first; each holds its envelope, and none its content. */
  List<StoredMessage> messages();

  /**
   * Shows all messages, the oldest first, without holding them.
   *
   * @param visitor may take its time, and change the mailbox
   */
  void forEach(Consumer<StoredMessage> visitor);

  /** The message of that number; empty when it is not there, or no more. */
  Optional<StoredMessage> message(long uid);

  // --- changing

  /** Puts a message in, as it came now; returns its number. */
  long append(InputStream message);

  /** The same for a message in memory. */
  long append(byte[] message);

  /**
   * Puts a message in.
   *
   * @param message read to its end and not closed; a LF alone ends a line
   * @param date when it came
   * @throws UncheckedIOException when it cannot be read; nothing is put in then
   * @throws IllegalArgumentException for a flag that none can be
   */
  long append(InputStream message, Collection<String> flags, OffsetDateTime date);

  /** Sets flags; messages that are not there are left out. */
  void flag(Collection<Long> uids, String... flags);

  /** Takes flags away. */
  void unflag(Collection<Long> uids, String... flags);

  /**
   * Moves messages into another mailbox, of whomever it is; messages that are not there are left
   * out.
   *
   * @return their numbers there, in the order of those here
   * @throws IllegalArgumentException for a mailbox of another server
   */
  List<Long> move(Collection<Long> uids, Folder target);

  /**
   * Copies messages, with flags and dates, as {@link #move} moves them; returns their numbers
   * there.
   */
  List<Long> copy(Collection<Long> uids, Folder target);

  /** Removes messages for good, whatever their flags. */
  void expunge(Collection<Long> uids);

  /** Removes all messages for good. */
  void clear();

  /** Removes the mailbox with its messages; those below it stay. INBOX cannot be removed. */
  void delete();

  // --- watching

  /**
   * Has {@code listener} called whenever messages have come or gone, or their flags are others: on
   * a worker, one call after the other, soon after that is durable. While it is called, what
   * happens comes to one more call; it is to look itself what there is to see.
   *
   * @return to be closed when it is to hear no more
   */
  Watch watch(Consumer<Folder> listener);

  /** Mailboxes are equal when they are the same one. */
  @Override
  boolean equals(Object other);
}
