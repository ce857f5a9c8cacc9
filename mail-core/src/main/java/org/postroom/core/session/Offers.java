package org.postroom.core.session;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which capability strings a command stands for: only what works, and only where it works.
 *
 * @param <C> a client in its circumstances
 */
@FunctionalInterface
public interface Offers<C> {

  /** What this client is told now. */
  List<String> to(C client);

  /** Always the same; nothing, without strings. */
  static <C> Offers<C> of(String... capabilities) {
    List<String> all = List.of(capabilities);
    return client -> all;
  }

  /** The same, to some clients only. */
  default Offers<C> when(Predicate<? super C> condition) {
    return client -> condition.test(client) ? to(client) : List.of();
  }
}
