package org.postroom.dist.applet.smarthost;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.trouble.Reason;

/**
 * Other names of recipients that have no domain, in the form of aliases(5), with addresses alone on
 * the right; {@code default} stands for all that have none.
 */
final class Aliases {
  /** Nobody has another name. */
  static final Aliases NONE = new Aliases(Map.of());

  private final Map<String, List<String>> names;

  private Aliases(Map<String, List<String>> names) {
    this.names = names;
  }

  /** One name. */
  static Aliases of(String name, String address) {
    return new Aliases(Map.of(name, List.of(address)));
  }

  /** Those of a file; what is wrong with it is said with its line. */
  static Aliases read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (IOException e) {
      throw new BadClientFile(file + " cannot be read: " + Reason.text(e));
    }
    Map<String, List<String>> names = new LinkedHashMap<>();
    int number = 0;
    for (String text : lines) {
      number++;
      String line = text.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new BadClientFile(file + ", line " + number + ": expected name: address, address …");
      }
      names.put(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          Stream.of(line.substring(colon + 1).split(","))
              .map(String::strip)
              .filter(one -> !one.isEmpty())
              .toList());
    }
    return new Aliases(names);
  }

  /** For whom mail is that is for {@code recipients}. */
  List<String> expanded(List<String> recipients) {
    Set<String> found = new LinkedHashSet<>();
    Set<String> seen = new LinkedHashSet<>();
    recipients.forEach(one -> add(one, found, seen));
    return List.copyOf(found);
  }

  private void add(String recipient, Set<String> found, Set<String> seen) {
    List<String> others = recipient.contains("@") ? null : others(recipient);
    if (others == null || !seen.add(recipient)) {
      boolean unused = found.add(recipient);
      return;
    }
    others.forEach(one -> add(one, found, seen));
  }

  private @Nullable List<String> others(String name) {
    List<String> own = names.get(name.toLowerCase(Locale.ROOT));
    return own == null ? names.get("default") : own;
  }
}
