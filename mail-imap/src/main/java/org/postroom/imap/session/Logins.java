package org.postroom.imap.session;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.postroom.core.auth.AccountId;
import org.postroom.core.config.Settings;
import org.postroom.imap.param.ImapParams;

/** How many connections each account has, and from where; safe for use by any thread. */
public final class Logins {
  private final Map<AccountId, Integer> open = new HashMap<>();
  private final Map<Place, Integer> openFrom = new HashMap<>();

  private record Place(AccountId account, InetAddress client) {}

  /** Counts one more, unless there are too many already. */
  synchronized boolean enter(AccountId account, InetAddress client, Settings settings) {
    Place place = new Place(account, client);
    if (open.getOrDefault(account, 0) >= settings.get(ImapParams.USER_CONNECTIONS)
        || openFrom.getOrDefault(place, 0) >= settings.get(ImapParams.USERIP_CONNECTIONS)) {
      return false;
    }
    open.merge(account, 1, Integer::sum);
    openFrom.merge(place, 1, Integer::sum);
    return true;
  }

  synchronized void leave(AccountId account, InetAddress client) {
    leave(open, account);
    leave(openFrom, new Place(account, client));
  }

  private static <K> void leave(Map<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (same, count) -> count <= 1 ? null : count - 1);
  }
}
