package org.postroom.core.address;

import java.util.Locale;

/**
 * A domain name or an address literal such as {@code [192.0.2.1]}, in lower case and without the
 * root's dot. Two that differ in case only are equal.
 */
public record Domain(String name) {

  public Domain {
    name = name.toLowerCase(Locale.ROOT);
  }

  public static Domain of(String name) {
    return new Domain(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
