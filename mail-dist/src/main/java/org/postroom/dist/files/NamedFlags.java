package org.postroom.dist.files;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;

/**
 * Flags by name.
 *
 * @param system bits of those that every mailbox has
 * @param keywords all others
 */
public record NamedFlags(long system, Set<Keyword> keywords) {
  private static final Map<String, Long> SYSTEM = bitsByName();

  /** RFC 9051, 9; as long as a {@link Keyword} may be. */
  private static final Pattern ATOM = Pattern.compile("[!#$&'+-\\[^-z|}~]{1,64}");

  private static Map<String, Long> bitsByName() {
    Map<String, Long> names = new LinkedHashMap<>();
    names.put("\\Answered", Flags.ANSWERED);
    names.put("\\Flagged", Flags.FLAGGED);
    names.put("\\Deleted", Flags.DELETED);
    names.put("\\Seen", Flags.SEEN);
    names.put("\\Draft", Flags.DRAFT);
    return Map.copyOf(names);
  }

  /**
   * Those of {@code names}.
   *
   * @throws IllegalArgumentException for a name that none can have
   */
  public static NamedFlags of(Collection<String> names) {
    long system = 0;
    Set<Keyword> keywords = new LinkedHashSet<>();
    for (String name : names) {
      long bit = bit(name);
      if (bit == 0) {
        keywords.add(keyword(name));
      }
      system |= bit;
    }
    return new NamedFlags(system, keywords);
  }

  /** The bit of one that every mailbox has; 0 for all others. */
  public static long bit(String name) {
    return SYSTEM.entrySet().stream()
        .filter(one -> one.getKey().equalsIgnoreCase(name))
        .mapToLong(Map.Entry::getValue)
        .findFirst()
        .orElse(0);
  }

  /** Whether a flag can be called so. */
  public static boolean isName(String name) {
    return bit(name) != 0 || ATOM.matcher(name).matches();
  }

  /** Those of them whose keywords are among {@code known}. */
  public NamedFlags within(Collection<Keyword> known) {
    Set<Keyword> kept = new LinkedHashSet<>(keywords);
    kept.retainAll(known);
    return new NamedFlags(system, kept);
  }

  private static Keyword keyword(String name) {
    if (!ATOM.matcher(name).matches()) {
      throw new IllegalArgumentException("no flag can be called " + name);
    }
    return new Keyword(name);
  }

  /** Names of a message's flags. */
  public static Set<String> names(Flags flags) {
    Set<String> names = new LinkedHashSet<>();
    SYSTEM.forEach(
        (name, bit) -> {
          if (flags.has(bit)) {
            names.add(name);
          }
        });
    flags.keywords().forEach(keyword -> names.add(keyword.name()));
    return Set.copyOf(names);
  }
}
