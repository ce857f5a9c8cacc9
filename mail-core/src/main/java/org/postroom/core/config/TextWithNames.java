package org.postroom.core.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A text with {@code $name}, {@code ${name?text}} and {@code ${name:text}} in it whose values are
 * known only when it is used: {@code luser_relay} for a recipient, say.
 *
 * @param parameter whose text it is
 */
public record TextWithNames(String parameter, String text) {

  /**
   * With everything in it that the names stand for; others stand for nothing.
   *
   * @throws BadValue when it is not well written
   */
  public String with(Map<String, String> values) {
    return new Expansion(
            name -> literal(values.get(name)), (name, value) -> value, (owner, name) -> {})
        .expand(parameter, text);
  }

  /** Dollar signs of a value stand for themselves. */
  private static @Nullable String literal(@Nullable String value) {
    return value == null ? null : value.replace("$", "$$");
  }
}
