package org.postroom.dist.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;

/**
 * Which messages of a place were fetched. Each is noted in the unit of work in which it becomes
 * ours, and known for as long as it is seen there, and a month beyond: a server that shows an empty
 * mailbox for once does not have everything come again. One that has been removed there is known
 * for as long as it is seen.
 */
final class KnownNames {
  private static final int PAGE = 1000;
  private static final Duration KNOWN = Duration.ofDays(60);

  /** What is known for less than this and still there is noted anew. */
  private static final Duration RENEWED = Duration.ofDays(30);

  private final NamedMails named;
  private final Instant now;
  private final Map<String, Instant> until = new HashMap<>();

  /** So many of them are changed in one round. */
  private int changes = PAGE;

  /** All that are noted. */
  KnownNames(NamedMails named, Instant now) {
    this.named = named;
    this.now = now;
    String last = "";
    Map<String, Instant> page;
    do {
      page = named.page(last, PAGE);
      for (Map.Entry<String, Instant> one : page.entrySet()) {
        until.put(one.getKey(), one.getValue());
        last = one.getKey();
      }
    } while (page.size() == PAGE);
  }

  /** Whether that one was fetched. It is there. */
  boolean has(String name) {
    Instant end = until.remove(name);
    if (end != null && end.isBefore(now.plus(RENEWED)) && changes-- > 0) {
      named.note(name, now.plus(KNOWN));
    }
    return end != null;
  }

  /** Where one becomes ours, and is noted. */
  MailCommit taking(String name) {
    return named.taking(name, now.plus(KNOWN));
  }

  /** Nobody is to fetch that one, although it is not here. */
  void note(String name) {
    named.note(name, now.plus(KNOWN));
  }

  /**
   * One was removed there, as its server has confirmed. Once it is not seen any more it is
   * forgotten: its name may be another message's then (RFC 1939, 7), which nobody has fetched.
   */
  void removed(String name) {
    named.note(name, now);
  }

  /** Whether it has become ours by now. */
  boolean isTaken(String name) {
    return named.isTaken(name);
  }

  /** All that are there were asked for: of the others, those go that have not been for long. */
  void forgetTheOthers() {
    until.forEach(
        (name, end) -> {
          if (!end.isAfter(now) && changes-- > 0) {
            named.forget(name);
          }
        });
  }
}
