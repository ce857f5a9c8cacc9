package org.postroom.core.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;

/**
 * Mails that an application has written into the store's database in transactions of its own, and
 * that are not ours yet. They become ours, or are given back to their senders, in the unit of work
 * that ends their row, so that each is heard of once, wherever a process dies.
 *
 * <p>Called on worker threads, by one at a time; every method may block. What can fail: {@code
 * StorageUnavailable}, {@code StorageFull}.
 */
public interface OutboxStore {

  /** Rows that may be taken now, those that are due first in front; at most {@code most}. */
  List<Long> due(Instant now, int most);

  /** What a row says; empty when it is not waiting any more. */
  Optional<Waiting> waiting(long row);

  /**
   * Where the mail of a row becomes ours. Each commit ends the row, in its own unit of work; an
   * empty one does nothing else.
   *
   * @param refusal why nobody gets the mail, where what is committed is the report on that; empty
   *     where it is the mail
   * @throws IllegalStateException from its {@link MailCommit#commit(List)} when the row was ended
   *     before: nothing of the commit is done then
   */
  MailCommit ending(long row, Optional<String> refusal);

  /** A row is not to be taken before {@code next}; counts as an attempt. */
  void later(long row, Instant next, String reason);

  /** What is known under a key. */
  Optional<Known> find(String key);

  /**
   * Forgets keys whose mails were taken or refused before {@code end}; not all of them at once.
   *
   * @return how many
   */
  int forget(Instant end);

  /**
   * A mail that waits.
   *
   * @param written when the application wrote it
   * @param attempts how often it was put off
   */
  record Waiting(
      long row, String key, Envelope envelope, Content content, Instant written, int attempts) {}

  /**
   * What became of a mail.
   *
   * @param id by which the log names it; empty until it is taken, and where a filter threw it away
   * @param reply why it was refused or, while it waits, why it was put off; empty where it was not
   */
  record Known(String key, State state, Instant written, Optional<QueueId> id, String reply) {

    /** How far it has got. */
    public enum State {
      /** The server has still to take it. */
      WAITING,
      /** It has gone the way of every mail, into mailboxes and the queue. */
      TAKEN,
      /** Nobody gets it, and its sender was told. */
      REFUSED
    }
  }
}
