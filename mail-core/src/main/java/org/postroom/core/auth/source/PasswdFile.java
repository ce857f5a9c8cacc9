package org.postroom.core.auth.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Person;
import org.postroom.core.table.FileWatch;
import org.postroom.core.table.WatchedFile;

/**
 * A file of lines of passwd(5), by name, each made into what {@code T} is. Read again when it has
 * changed; a line that is none leaves the last good content in force. Threads share it.
 */
final class PasswdFile<T> {
  private static final int MOST_WARNINGS = 20;

  private final WatchedFile<Map<String, T>> file;

  /** What a line comes to. */
  interface Maker<T> {

    /**
     * Makes it.
     *
     * @param warnings hears what is wrong with it alone
     */
    T of(PasswdLine line, List<String> warnings);
  }

  private PasswdFile(WatchedFile<Map<String, T>> file) {
    this.file = file;
  }

  /**
   * Reads it for the first time.
   *
   * @throws BadValue with file and line, where something is no line
   */
  static <T> PasswdFile<T> open(Path path, Maker<T> maker, List<String> warnings) {
    return new PasswdFile<>(
        WatchedFile.open(
            "passwd-file:" + path, path, (from, octets) -> read(from, maker), warnings));
  }

  private static <T> WatchedFile.Reading<Map<String, T>> read(Path path, Maker<T> maker)
      throws IOException {
    Map<String, T> people = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    // What is not UTF-8 is read all the same: nobody's name has it, and a gecos may.
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(Files.newInputStream(path), UTF_8))) {
      int number = 0;
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        number++;
        if (text.isBlank() || text.startsWith("#") || text.startsWith(":")) {
          continue;
        }
        String place = path + ", line " + number + ": ";
        if (text.indexOf(':') < 0) {
          throw new BadValue(place + "no colon, so no user");
        }
        PasswdLine line = PasswdLine.parse(text);
        List<String> wrong = new ArrayList<>();
        String name = Person.loginOf(line.name());
        if (people.containsKey(name)) {
          wrong.add(name + " is there twice, and the first line counts");
        } else {
          people.put(name, maker.of(line, wrong));
        }
        wrong.forEach(what -> warnings.add(place + what));
      }
    }
    return new WatchedFile.Reading<>(Map.copyOf(people), people.size(), few(path, warnings));
  }

  private static List<String> few(Path path, List<String> warnings) {
    if (warnings.size() <= MOST_WARNINGS) {
      return warnings;
    }
    List<String> few = new ArrayList<>(warnings.subList(0, MOST_WARNINGS));
    few.add(path + ": " + (warnings.size() - MOST_WARNINGS) + " more of the kind");
    return few;
  }

  void watch(FileWatch with) {
    file.watch(with);
  }

  /** Who is called so; may read the file, however large it is. */
  Optional<T> find(String name) {
    return Optional.ofNullable(file.fresh().get(name));
  }

  /** The same, without waiting; nothing where nobody has looked after the file just now. */
  Optional<Optional<T>> recall(String name) {
    Optional<Map<String, T>> people = file.recent();
    return people.isEmpty()
        ? Optional.empty()
        : Optional.of(Optional.ofNullable(people.get().get(name)));
  }

  /** Looks after the file now, and reads it when it has changed. */
  void refresh() {
    file.refresh();
  }
}
