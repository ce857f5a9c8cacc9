package org.postroom.core.testing;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;

/** Memos in memory. */
public final class MemoryMemoStore implements MemoStore {
  private final Map<String, TreeMap<String, Memo>> kinds = new TreeMap<>();

  private TreeMap<String, Memo> of(String kind) {
    return kinds.computeIfAbsent(kind, k -> new TreeMap<>());
  }

  @Override
  public synchronized Optional<Memo> find(String kind, String name) {
    return Optional.ofNullable(of(kind).get(name));
  }

  @Override
  public synchronized void keep(String kind, Memo memo) {
    of(kind).put(memo.name(), memo);
  }

  @Override
  public synchronized void forget(String kind, String name) {
    of(kind).remove(name);
  }

  @Override
  public synchronized int forgetExpired(String kind, Instant now) {
    int before = of(kind).size();
    of(kind).values().removeIf(memo -> !memo.until().isAfter(now));
    return before - of(kind).size();
  }

  @Override
  public synchronized List<Memo> page(String kind, String after, int most) {
    return of(kind).tailMap(after, false).values().stream().limit(most).toList();
  }
}
