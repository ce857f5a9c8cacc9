package org.postroom.core.auth.token;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;

/** What is said of somebody or something: an object of JSON, by its members' names. */
final class Claims {
  private final Map<?, ?> members;

  private Claims(Map<?, ?> members) {
    this.members = members;
  }

  /** Nothing where it is no object. */
  static Optional<Claims> read(byte[] json) {
    try {
      return of(Json.read(json));
    } catch (Json.Malformed e) {
      return Optional.empty();
    }
  }

  private static Optional<Claims> of(@Nullable Object value) {
    return value instanceof Map<?, ?> members ? Optional.of(new Claims(members)) : Optional.empty();
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  /** A member that is a text. */
  Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** A member as text, be it a text, a number or a flag. */
  Optional<String> plain(String name) {
    Object value = members.get(name);
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? Optional.of(value.toString())
        : Optional.empty();
  }

  /** Whether a member is that flag. */
  boolean is(String name, boolean flag) {
    return Boolean.valueOf(flag).equals(members.get(name));
  }

  /** A time in seconds since 1970 (NumericDate of RFC 7519), which may have a fraction. */
  Optional<Double> seconds(String name) {
    return members.get(name) instanceof Number number
        ? Optional.of(number.doubleValue())
        : Optional.empty();
  }

  /** A member that is a text, or the texts of a list. */
  List<String> texts(String name) {
    Object value = members.get(name);
    if (value instanceof String text) {
      return List.of(text);
    }
    return value instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /** The objects of a list. */
  List<Claims> objects(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().flatMap(one -> of(one).stream()).toList()
        : List.of();
  }
}
