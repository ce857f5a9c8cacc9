package org.postroom.core.rewrite;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;

/** Where an address stands that may be written anew; what the {@code _classes} parameters name. */
public enum AddressUse {
  ENVELOPE_SENDER,
  ENVELOPE_RECIPIENT,
  HEADER_SENDER,
  HEADER_RECIPIENT;

  /** Those that are named in {@code text}. */
  static Set<AddressUse> parse(String text) {
    Set<AddressUse> uses = EnumSet.noneOf(AddressUse.class);
    for (String word : text.split("[,\\s]+")) {
      if (!word.isEmpty()) {
        uses.add(of(word));
      }
    }
    return uses;
  }

  private static AddressUse of(String word) {
    for (AddressUse use : values()) {
      if (use.toString().equals(word.toLowerCase(Locale.ROOT))) {
        return use;
      }
    }
    throw new BadValue("no class of addresses: " + word);
  }

  static String written(Set<AddressUse> uses) {
    return uses.stream().sorted().map(AddressUse::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
