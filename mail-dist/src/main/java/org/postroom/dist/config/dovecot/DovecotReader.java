package org.postroom.dist.config.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.trouble.Reason;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;

/**
 * Reads a dovecot.conf and the files that it includes. Bounds: a file of 4 MB, 500 files, 20 of
 * them or of blocks in each other.
 */
final class DovecotReader {
  private static final long LONGEST = 4_000_000;
  private static final int MOST_FILES = 500;
  private static final int DEEPEST = 20;

  private static final Pattern REFERENCE = Pattern.compile("\\$(?:SET:)?[A-Za-z_][A-Za-z0-9_]*");

  /** Each block without a name is one of its own. */
  private static final Set<String> EACH_ALONE = Set.of("passdb", "userdb");

  /** Those that a path, as in {@code service/imap/process_limit}, has a name of. */
  private static final Set<String> NAMED =
      Set.of(
          "service",
          "namespace",
          "mailbox",
          "protocol",
          "inet_listener",
          "unix_listener",
          "fifo_listener");

  /** A block that is being read. */
  private static final class Open {
    private final String type;
    private final String name;
    private final Place place;
    private final @Nullable Open around;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final List<Open> blocks = new ArrayList<>();

    Open(String type, String name, Place place, @Nullable Open around) {
      this.type = type;
      this.name = name;
      this.place = place;
      this.around = around;
    }

    Optional<Open> block(String wanted, String called) {
      return blocks.stream()
          .filter(one -> one.type.equals(wanted) && one.name.equals(called))
          .findFirst();
    }

    Block closed() {
      return new Block(
          type,
          name,
          List.copyOf(settings.values()),
          blocks.stream().map(Open::closed).toList(),
          place);
    }
  }

  private final List<Fault> faults = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private final Deque<Path> reading = new ArrayDeque<>();
  private int files;

  List<Fault> faults() {
    return faults;
  }

  List<Notice> notices() {
    return notices;
  }

  Block read(Path file) {
    Open root = new Open("", "", new Place(file.toString(), 0), null);
    file(file, root, new Place(file.toString(), 0), false);
    return root.closed();
  }

  private void file(Path file, Open into, Place from, boolean mayBeMissing) {
    Path real = file.toAbsolutePath().normalize();
    if (reading.contains(real)) {
      fault(from, "a file that includes itself: " + file);
      return;
    }
    if (reading.size() == DEEPEST || ++files > MOST_FILES) {
      fault(from, "too many files that include each other: " + file);
      return;
    }
    String text;
    try {
      if (Files.size(file) > LONGEST) {
        fault(from, file + " is longer than " + LONGEST + " octets");
        return;
      }
      text = new String(Files.readAllBytes(file), UTF_8);
    } catch (NoSuchFileException e) {
      if (!mayBeMissing) {
        fault(from, "there is no file " + file);
      }
      return;
    } catch (IOException e) {
      fault(from, "cannot read " + file + ": " + Reason.text(e));
      return;
    }
    if (text.indexOf('\uFFFD') >= 0) {
      notices.add(Notice.warning(new Place(file.toString(), 0), "", "the file is not in UTF-8"));
    }
    reading.push(real);
    lines(file, text, into);
    reading.pop();
  }

  private void lines(Path file, String text, Open into) {
    Open at = into;
    StringBuilder logical = new StringBuilder();
    int start = 0;
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String content = DovecotLine.content(raw);
      if (DovecotLine.isAmbiguous(raw)) {
        notices.add(
            Notice.warning(
                new Place(file.toString(), number),
                "",
                "what stands behind # is a comment; a value with it in it is quoted"));
      }
      if (content.isEmpty()) {
        continue;
      }
      start = logical.length() == 0 ? number : start;
      if (content.endsWith("\\")) {
        logical.append(content.substring(0, content.length() - 1).strip()).append(' ');
        continue;
      }
      logical.append(content);
      at = line(DovecotLine.of(logical.toString()), at, into, new Place(file.toString(), start));
      logical.setLength(0);
    }
    if (logical.length() > 0) {
      fault(new Place(file.toString(), start), "the file ends where a line goes on behind '\\'");
    }
    for (Open open = at; open != null && open != into; open = open.around) {
      fault(open.place, "missing '}' of the block that begins here: " + open.type);
    }
  }

  /**
   * Takes in a line.
   *
   * @param outermost which the file itself cannot close
   * @return the block that the next line is in
   */
  private Open line(DovecotLine line, Open at, Open outermost, Place place) {
    switch (line.kind()) {
      case NOTHING -> {}
      case VALUE -> put(at, line.name(), expanded(at, line, place), Optional.empty(), place);
      case QUOTED -> put(at, line.name(), line.text(), Optional.empty(), place);
      case FILE ->
          beside(line.text(), place)
              .ifPresent(path -> put(at, line.name(), "", Optional.of(path), place));
      case BEGIN -> {
        return begin(at, line, place);
      }
      case END -> {
        if (at == outermost || at.around == null) {
          fault(place, "'}' without a block that it would end");
          return at;
        }
        return at.around;
      }
      case INCLUDE, INCLUDE_TRY ->
          include(at, line.text(), place, line.kind() == DovecotLine.Kind.INCLUDE_TRY);
      case WRONG -> fault(place, line.text());
    }
    return at;
  }

  private Open begin(Open at, DovecotLine line, Place place) {
    int depth = 0;
    for (Open open = at; open != null; open = open.around) {
      depth++;
    }
    if (depth > DEEPEST) {
      fault(place, "too many blocks in each other");
    }
    boolean alone = EACH_ALONE.contains(line.name());
    Optional<Open> before = at.block(line.name(), line.text());
    if (before.isPresent() && alone && !line.text().isEmpty()) {
      fault(place, line.name() + " " + line.text() + " is there already: " + before.get().place);
    }
    if (before.isPresent() && !(alone && line.text().isEmpty())) {
      return before.get();
    }
    Open begun = new Open(line.name(), line.text(), place, at);
    if (depth <= DEEPEST) {
      at.blocks.add(begun);
    }
    return begun;
  }

  /** A name may lead through blocks: {@code plugin/quota}. */
  private void put(Open at, String name, String text, Optional<Path> file, Place place) {
    Open in = at;
    String[] steps = name.split("/", -1);
    if (steps.length > DEEPEST) {
      fault(place, "too many blocks in each other");
      return;
    }
    int step = 0;
    while (step < steps.length - 1) {
      String type = steps[step++];
      String called = NAMED.contains(type) && step < steps.length - 1 ? steps[step++] : "";
      Open around = in;
      in =
          around
              .block(type, called)
              .orElseGet(
                  () -> {
                    Open begun = new Open(type, called, place, around);
                    around.blocks.add(begun);
                    return begun;
                  });
    }
    String last = steps[steps.length - 1];
    in.settings.put(last, new Setting(last, text, file, place));
  }

  /** Words of a value that begin with a dollar sign stand for what other settings say so far. */
  private String expanded(Open at, DovecotLine line, Place place) {
    if (line.text().indexOf('$') < 0) {
      return line.text();
    }
    List<String> words = new ArrayList<>();
    for (String word : line.text().split(" ", -1)) {
      words.add(REFERENCE.matcher(word).matches() ? known(at, word, place) : word);
    }
    return String.join(" ", words);
  }

  private String known(Open at, String word, Place place) {
    String name = word.startsWith("$SET:") ? word.substring("$SET:".length()) : word.substring(1);
    for (Open open = at; open != null; open = open.around) {
      Setting said = open.settings.get(name);
      if (said != null) {
        return said.text();
      }
    }
    Optional<DovecotNames.Row> row = DovecotNames.find(name);
    if (row.isEmpty()) {
      notices.add(Notice.warning(place, "", "undefined setting: " + name));
    }
    return row.map(DovecotNames.Row::preset).orElse(word);
  }

  private void include(Open at, String pattern, Place place, boolean mayBeMissing) {
    Optional<Path> path = pattern.isEmpty() ? Optional.empty() : beside(pattern, place);
    if (path.isEmpty()) {
      if (pattern.isEmpty()) {
        fault(place, "expected the name of a file to include");
      }
      return;
    }
    try {
      List<Path> found = Wildcards.files(path.get());
      if (found.isEmpty() && !mayBeMissing) {
        fault(place, "there is no file " + path.get() + " to include; !include_try would go on");
      }
      found.forEach(file -> file(file, at, place, mayBeMissing));
    } catch (IOException e) {
      fault(place, "cannot look for " + path.get() + ": " + Reason.text(e));
    }
  }

  /** A path that is relative is so to the file that says it. */
  private Optional<Path> beside(String path, Place place) {
    try {
      return Optional.of(Path.of(place.source()).resolveSibling(path));
    } catch (InvalidPathException e) {
      fault(place, "not a path: " + path);
      return Optional.empty();
    }
  }

  private void fault(Place place, String text) {
    faults.add(new Fault(place, "", text));
  }
}
