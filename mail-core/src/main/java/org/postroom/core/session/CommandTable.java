package org.postroom.core.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The commands of a protocol. What it takes, what it says of itself and what the reference lists
 * come from here.
 *
 * @param <C> a client in its circumstances
 * @param <R> the protocol's rows
 */
public final class CommandTable<C, R extends Row<C, ?>> {
  private final List<R> rows;
  private final Map<String, R> byName = new HashMap<>();

  /**
   * In this order; it is that of {@link #offered} too.
   *
   * @throws IllegalArgumentException when two have one name
   */
  public CommandTable(List<R> rows) {
    this.rows = List.copyOf(rows);
    for (R row : rows) {
      if (byName.put(row.name(), row) != null) {
        throw new IllegalArgumentException("two commands of the name " + row.name());
      }
    }
  }

  public List<R> rows() {
    return rows;
  }

  /** The row of {@code name}, in upper case. */
  public Optional<R> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All that this client is told it may use now. */
  public List<String> offered(C client) {
    List<String> offered = new ArrayList<>();
    for (R row : rows) {
      offered.addAll(row.offeredTo(client));
    }
    return offered;
  }
}
