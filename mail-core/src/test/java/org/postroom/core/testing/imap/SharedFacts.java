package org.postroom.core.testing.imap;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What must be the same for all clients of one mailbox. Threads share it. */
public final class SharedFacts {
  private final Map<String, String> facts = new ConcurrentHashMap<>();
  private final Map<Long, String> recentOwners = new ConcurrentHashMap<>();

  /** A message's size, date and octets never change. */
  void same(long uid, String item, String value, String session) {
    String known = facts.putIfAbsent(uid + " " + item, value);
    if (known != null && !known.equals(value)) {
      throw new AssertionError(
          session + ": " + item + " of UID " + uid + " was " + known + " and is " + value);
    }
  }

  /** RFC 3501, 2.3.2: a message is recent in one session only. */
  void recentIn(long uid, String session) {
    String owner = recentOwners.putIfAbsent(uid, session);
    if (owner != null && !owner.equals(session)) {
      throw new AssertionError("UID " + uid + " is recent in " + owner + " and in " + session);
    }
  }
}
