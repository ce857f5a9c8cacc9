package org.postroom.core.queue;

import java.util.List;
import org.postroom.core.mail.QueueId;

/**
 * Where a mail becomes ours: into its mailboxes and into the queue, in one durable unit of work.
 *
 * <p>Called on worker threads; may block. What can fail: {@code StorageUnavailable}, {@code
 * StorageFull}, {@code OverQuota}.
 */
public interface MailCommit {

  /**
   * Takes responsibility: when this returns, the mail is in its mailboxes and in the queue,
   * durably. When it throws, it is nowhere.
   *
   * <p>A delivery that cannot be made (its account is over quota, or gone since it was looked up)
   * keeps nobody else's copy back: its recipient {@linkplain Acceptance.Delivery#waiting waits} in
   * the queue, or is {@linkplain Acceptance#refused refused} where the delivery is answered apart.
   * Only when there is nothing else, but copies that nobody asked for, the first one's reason is
   * thrown, so that the client can be told.
   *
   * @param acceptances one mail, as it is to go out in the name of one sender or another, and then
   *     what its sender hears of it, which counts as copies that nobody asked for; all of them
   *     become ours, or none
   * @return what has become true: the acceptances, with those recipients among the onward or the
   *     refused ones. Content may be read there for as long as the store has the mail
   */
  List<Acceptance> commit(List<Acceptance> acceptances);

  /** The same for one. */
  default Acceptance commit(Acceptance acceptance) {
    return commit(List.of(acceptance)).get(0);
  }

  /** An id that no mail in this store has or had. */
  QueueId newId();
}
