package org.postroom.core.testing;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;

/** Names of mails in memory. Threads may share it. */
public final class MemoryNamedMails implements NamedMails {
  private final MailCommit commit;
  private final Map<String, NamedMails> kinds = new ConcurrentHashMap<>();
  private final TreeMap<String, Instant> names = new TreeMap<>();

  /**
   * None is known.
   *
   * @param commit where mails become ours
   */
  public MemoryNamedMails(MailCommit commit) {
    this.commit = commit;
  }

  @Override
  public synchronized boolean isTaken(String name) {
    return names.containsKey(name);
  }

  @Override
  public MailCommit taking(String name, Instant until) {
    return new MailCommit() {
      @Override
      public List<Acceptance> commit(List<Acceptance> acceptances) {
        synchronized (MemoryNamedMails.this) {
          if (names.containsKey(name)) {
            throw new IllegalStateException("there is a mail " + name + " already");
          }
          List<Acceptance> taken = commit.commit(acceptances);
          names.put(name, until);
          return taken;
        }
      }

      @Override
      public QueueId newId() {
        return commit.newId();
      }
    };
  }

  @Override
  public synchronized void note(String name, Instant until) {
    names.put(name, until);
  }

  @Override
  public synchronized void forget(String name) {
    names.remove(name);
  }

  @Override
  public synchronized Map<String, Instant> page(String after, int most) {
    SortedMap<String, Instant> page = new TreeMap<>();
    for (Map.Entry<String, Instant> one : names.tailMap(after, false).entrySet()) {
      if (page.size() < most) {
        page.put(one.getKey(), one.getValue());
      }
    }
    return page;
  }

  @Override
  public NamedMails ofKind(String kind) {
    return kinds.computeIfAbsent(kind, name -> new MemoryNamedMails(commit));
  }

  @Override
  public synchronized int forgetExpired(Instant now) {
    int before = names.size();
    names.values().removeIf(until -> !until.isAfter(now));
    return before - names.size();
  }
}
