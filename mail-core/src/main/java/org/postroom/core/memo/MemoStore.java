package org.postroom.core.memo;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What parts remember beyond a restart, and can do without: policies that other domains have
 * published, counts of a day. One memo for each kind and name. A kind is a word that its only part
 * has chosen, such as {@code mta-sts}; how many memos it has is that part's to bound.
 *
 * <p>Any thread may call, but an event loop: a call waits for the store, and fails with {@link
 * org.postroom.core.refusal.StorageUnavailable} when that is away. What was kept is there after a
 * restart; the last moments before a crash may be lost.
 */
public interface MemoStore {

  /** The memo of that name, expired or not. */
  Optional<Memo> find(String kind, String name);

  /** Keeps a memo, in the place of the one that had its name. */
  void keep(String kind, Memo memo);

  /** Forgets the memo of that name, if there is one. */
  void forget(String kind, String name);

  /**
   * Forgets what has expired.
   *
   * @return how many memos
   */
  int forgetExpired(String kind, Instant now);

  /**
   * Memos in the order of their names.
   *
   * @param after the last name of the page before; empty for the first page
   * @param most how many
   */
  List<Memo> page(String kind, String after, int most);
}
