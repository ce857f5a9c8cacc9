package org.postroom.core.queue;

import java.time.Instant;

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

  /** Nobody will hand in that mail again. */
  void forget(String name);

  /**
   * Forgets the names whose time is over.
   *
   * @return how many
   */
  int forgetExpired(Instant now);
}
