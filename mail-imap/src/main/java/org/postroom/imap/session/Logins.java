package org.postroom.imap.session;

import java.util.HashMap;
import java.util.Map;
import org.postroom.core.auth.AccountId;

/** How many connections each account has; safe for use by any thread. */
public final class Logins {
  private final Map<AccountId, Integer> open = new HashMap<>();

  /** Counts one more, unless there are {@code most} already. */
  synchronized boolean enter(AccountId account, int most) {
    int now = open.getOrDefault(account, 0);
    if (now >= most) {
      return false;
    }
    open.put(account, now + 1);
    return true;
  }

  synchronized void leave(AccountId account) {
    open.computeIfPresent(account, (id, count) -> count <= 1 ? null : count - 1);
  }
}
