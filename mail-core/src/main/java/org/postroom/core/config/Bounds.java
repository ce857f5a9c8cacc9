package org.postroom.core.config;

import org.jspecify.annotations.Nullable;

/** The smallest and largest value of a number, size or time, as an administrator writes them. */
public final class Bounds {

  static final Bounds NONE = new Bounds(null, null);

  final @Nullable String least;
  final @Nullable String most;

  private Bounds(@Nullable String least, @Nullable String most) {
    this.least = least;
    this.most = most;
  }

  public static Bounds atLeast(String least) {
    return new Bounds(least, null);
  }

  public static Bounds atMost(String most) {
    return new Bounds(null, most);
  }

  public static Bounds between(String least, String most) {
    return new Bounds(least, most);
  }

  /** " of at least 1s", to follow the name of the type. */
  String describe() {
    if (least != null && most != null) {
      return " from " + least + " to " + most;
    }
    if (least != null) {
      return " of at least " + least;
    }
    return most != null ? " of at most " + most : "";
  }
}
