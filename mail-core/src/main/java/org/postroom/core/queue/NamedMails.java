package org.postroom.core.queue;

import java.time.Instant;
import java.util.Map;

/**
 * Mails that are handed in under names: whoever cannot know whether a mail was taken may hand it in
 * once more under the same name, and nobody gets it twice.
 *
 * <p>Called on worker threads; every method may block. What can fail: {@code StorageUnavailable},
 * {@code StorageFull}. Names are printable ASCII without spaces, at most 300 characters.
 */
public interface NamedMails {

  /** Whether the mail of that name is ours, or was, and the name is not forgotten yet. */
  boolean isTaken(String name);

  /**
   * Where the mail of a name becomes ours. Each commit notes the name down in its own unit of work,
   * so that there is one for each name, wherever a process dies.
   *
   * @param until the name is known for at least so long
   * @throws IllegalStateException from its {@link MailCommit#commit(java.util.List)} when the name
   *     is known already: nothing of the commit is done then
   */
  MailCommit taking(String name, Instant until);

  /** Has a name be known until then: without a mail, or longer than before. */
  void note(String name, Instant until);

  /** Nobody will hand in that mail again. */
  void forget(String name);

  /**
   * Names that are known, each with the moment up to which it is, in an order that stays.
   *
   * @param after the last name of the page before; empty for the first page
   * @param most how many
   */
  Map<String, Instant> page(String after, int most);

  /**
   * Names that are none of these, even where they are spelled alike.
   *
   * @param kind a word of at most 40 characters, which its only user has chosen
   */
  NamedMails ofKind(String kind);

  /**
   * Forgets the names whose time is over.
   *
   * @return how many
   */
  int forgetExpired(Instant now);
}
