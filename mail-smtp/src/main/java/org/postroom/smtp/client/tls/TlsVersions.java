package org.postroom.smtp.client.tls;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.postroom.core.config.BadValue;

/**
 * Which versions of TLS we speak, as {@code smtp_tls_protocols} has them: {@code >=TLSv1.2}, {@code
 * <=TLSv1.2}, names of some, {@code !name} of others. Those before 1.2 may be named, and are not
 * spoken (RFC 8996).
 *
 * @param written as configuration writes it
 * @param spoken of it, at least one
 */
record TlsVersions(String written, Set<String> spoken) {
  private static final List<String> NAMES =
      List.of("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

  private static final int OLDEST_SPOKEN = NAMES.indexOf("TLSv1.2");

  /** All that we speak. */
  static final TlsVersions ALL = parse("");

  TlsVersions {
    spoken = Set.copyOf(spoken);
  }

  /**
   * Reads them.
   *
   * @throws BadValue where a word is no version, and where none is left
   */
  static TlsVersions parse(String text) {
    int least = OLDEST_SPOKEN;
    int most = NAMES.size() - 1;
    Set<Integer> named = new LinkedHashSet<>();
    Set<Integer> excluded = new LinkedHashSet<>();
    for (String word : text.replaceAll("([<>]=|!)\\s+", "$1").split("[,:\\s]+")) {
      if (word.startsWith(">=")) {
        least = Math.max(least, index(word.substring(2)));
      } else if (word.startsWith("<=")) {
        most = Math.min(most, index(word.substring(2)));
      } else if (word.startsWith("!")) {
        excluded.add(index(word.substring(1)));
      } else if (!word.isEmpty()) {
        named.add(index(word));
      }
    }
    Set<String> spoken = new LinkedHashSet<>();
    for (int i = least; i <= most; i++) {
      if (!excluded.contains(i) && (named.isEmpty() || named.contains(i))) {
        spoken.add(NAMES.get(i));
      }
    }
    if (spoken.isEmpty()) {
      throw new BadValue("leaves neither TLSv1.2 nor TLSv1.3, which are what is spoken here");
    }
    return new TlsVersions(text.strip(), spoken);
  }

  private static int index(String name) {
    for (int i = 0; i < NAMES.size(); i++) {
      if (NAMES.get(i).toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    throw new BadValue("unknown: " + name + "; expected some of " + String.join(", ", NAMES));
  }
}
