package org.postroom.pop3.session;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.postroom.core.auth.AccountId;

/** How often each account is logged in from each address; safe for use by any thread. */
public final class Logins {
  private final Map<Key, Integer> open = new HashMap<>();

  private record Key(AccountId account, InetAddress client) {}

  /** Counts one more, unless there are {@code most} already. */
  synchronized boolean enter(AccountId account, InetAddress client, int most) {
    int now = open.getOrDefault(new Key(account, client), 0);
    if (now >= most) {
      return false;
    }
    open.put(new Key(account, client), now + 1);
    return true;
  }

  synchronized void leave(AccountId account, InetAddress client) {
    open.computeIfPresent(new Key(account, client), (key, n) -> n <= 1 ? null : n - 1);
  }
}
