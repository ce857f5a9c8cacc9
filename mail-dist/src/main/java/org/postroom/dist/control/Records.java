package org.postroom.dist.control;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.json.Json;
import org.postroom.core.secret.Secret;

/**
 * Records as values of {@link Json} and back: texts, whole numbers, flags, lists, optional values,
 * secrets, and records. A member that the record does not have is an error, because a misspelt one
 * must not be lost; one that is missing is an error, too, unless it is optional.
 */
public final class Records {
  private Records() {}

  /** A record as a map, its members' names in {@code snake_case}. */
  public static Map<String, @Nullable Object> toJson(Record value) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (RecordComponent component : components(value.getClass())) {
      if (isContent(component)) {
        continue;
      }
      Object member = read(value, component);
      if (member instanceof Optional<?> optional) {
        optional.ifPresent(one -> members.put(name(component), plain(one)));
      } else {
        members.put(name(component), plain(member));
      }
    }
    return members;
  }

  private static Object plain(Object value) {
    if (value instanceof Record nested) {
      return toJson(nested);
    }
    if (value instanceof List<?> items) {
      return items.stream().map(Records::plain).toList();
    }
    return value instanceof Secret secret ? secret.reveal() : value;
  }

  /**
   * The record that a map is of.
   *
   * @throws Json.Malformed when it is none; says which member is wrong
   */
  public static <T extends Record> T of(Class<T> type, @Nullable Object json) {
    return of(type, json, InputStream.nullInputStream());
  }

  /**
   * The same.
   *
   * @param content what follows it, for the member that is a stream
   */
  static <T extends Record> T of(Class<T> type, @Nullable Object json, InputStream content) {
    if (!(json instanceof Map<?, ?> members)) {
      throw new Json.Malformed("expected an object");
    }
    Map<String, @Nullable Object> left = new LinkedHashMap<>();
    members.forEach((name, value) -> left.put(String.valueOf(name), value));
    RecordComponent[] components = components(type);
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      if (isContent(components[i])) {
        arguments[i] = content;
        continue;
      }
      String name = name(components[i]);
      try {
        arguments[i] = value(components[i].getGenericType(), left.remove(name));
      } catch (Json.Malformed e) {
        throw new Json.Malformed(name + ": " + e.getMessage());
      }
    }
    if (!left.isEmpty()) {
      throw new Json.Malformed("unknown: " + String.join(", ", left.keySet()));
    }
    return make(type, components, arguments);
  }

  /** The stream that a record holds, which is no part of its JSON. */
  static Optional<InputStream> content(Record value) {
    return Stream.of(components(value.getClass()))
        .filter(Records::isContent)
        .map(component -> (InputStream) read(value, component))
        .findFirst();
  }

  /** Whether such records have one. */
  static boolean hasContent(Class<? extends Record> type) {
    return Stream.of(components(type)).anyMatch(Records::isContent);
  }

  private static boolean isContent(RecordComponent component) {
    return component.getType() == InputStream.class;
  }

  /** Forgets the secrets that a record holds. */
  static void forget(Record value) {
    for (RecordComponent component : components(value.getClass())) {
      if (read(value, component) instanceof Secret secret) {
        secret.close();
      }
    }
  }

  private static Object value(Type type, @Nullable Object json) {
    if (type instanceof ParameterizedType generic) {
      Type item = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return json == null ? Optional.empty() : Optional.of(value(item, json));
      }
      if (generic.getRawType() == List.class && json instanceof List<?> items) {
        List<Object> values = new ArrayList<>();
        for (Object one : items) {
          values.add(value(item, one));
        }
        return values;
      }
    } else if (type == String.class && json instanceof String) {
      return json;
    } else if (type == Secret.class && json instanceof String text) {
      return Secret.of(text);
    } else if ((type == long.class || type == Long.class) && json instanceof Long) {
      return json;
    } else if ((type == int.class || type == Integer.class)
        && json instanceof Long number
        && number == number.intValue()) {
      return number.intValue();
    } else if ((type == boolean.class || type == Boolean.class) && json instanceof Boolean) {
      return json;
    } else if (type instanceof Class<?> nested && nested.isRecord()) {
      return of(nested.asSubclass(Record.class), json);
    }
    throw new Json.Malformed("expected " + expected(type));
  }

  private static String expected(Type type) {
    if (type instanceof ParameterizedType) {
      return "a list";
    }
    if (type == long.class || type == Long.class || type == int.class || type == Integer.class) {
      return "a whole number";
    }
    return type == boolean.class || type == Boolean.class ? "true or false" : "a text";
  }

  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static RecordComponent[] components(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException("no record: " + type);
    }
    return components;
  }

  private static Object read(Record value, RecordComponent component) {
    try {
      return component.getAccessor().invoke(value);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalArgumentException("cannot be read: " + component, e);
    }
  }

  private static <T> T make(Class<T> type, RecordComponent[] components, Object[] arguments) {
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new Json.Malformed(String.valueOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot be made: " + type, e);
    }
  }
}
