package org.postroom.core.wire;

import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Something that is said in steps, because it may be longer than the peer takes at once. Between
 * two steps the session may have to wait for its peer; so what lies between them is kept small.
 */
@FunctionalInterface
public interface Saying {
  /** Nothing to say. */
  Saying NOTHING = () -> false;

  /** Says a piece, some ten thousand octets at most, and tells whether there is more. */
  boolean step();

  /** For each of these a step. */
  static <T> Saying each(Iterator<T> these, Consumer<? super T> says) {
    return () -> {
      if (these.hasNext()) {
        says.accept(these.next());
      }
      return these.hasNext();
    };
  }

  /** This, and then what {@code next} has found out when this was said. */
  default Saying then(Supplier<Saying> next) {
    return new Saying() {
      private Saying now = Saying.this;
      private boolean first = true;

      @Override
      public boolean step() {
        if (now.step()) {
          return true;
        }
        if (!first) {
          return false;
        }
        first = false;
        now = next.get();
        return true;
      }
    };
  }

  /**
   * Goes on as far as the peer reads.
   *
   * @return whether all was said; else the rest is for {@link Connection#whenRead}
   */
  default boolean to(Output out) {
    while (out.hasRoom()) {
      if (!step()) {
        return true;
      }
    }
    return false;
  }
}
