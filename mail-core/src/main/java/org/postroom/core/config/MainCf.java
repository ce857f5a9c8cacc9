package org.postroom.core.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;
import org.postroom.core.trouble.Reason;

/**
 * What an administrator wrote: the assignments of a file in the grammar of main.cf (postconf(5)),
 * not yet expanded or typed. Immutable. Reading never fails on content: what is wrong is kept as
 * faults, which {@link Settings} reports together with its own.
 */
public final class MainCf {

  /** No file. */
  public static final MainCf EMPTY = new MainCf(new Reader("main.cf"));

  /** One assignment as it is in effect. */
  public record Entry(String name, String value, Place place) {

    // As a record's are, without what the JVM makes up for them at their first use: a start asks.

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Entry entry
          && name.equals(entry.name)
          && value.equals(entry.value)
          && place.equals(entry.place);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * name.hashCode() + value.hashCode()) + place.hashCode();
    }
  }

  private final Map<String, Entry> entries;
  private final List<Fault> faults;
  private final List<Notice> notices;

  private MainCf(Reader reader) {
    this.entries = new LinkedHashMap<>(reader.entries);
    this.faults = List.copyOf(reader.faults);
    this.notices = List.copyOf(reader.notices);
  }

  /**
   * @param source the name that faults carry, usually the file's
   */
  public static MainCf parse(String source, String text) {
    Reader reader = new Reader(source);
    reader.readAll(text);
    return new MainCf(reader);
  }

  /** Reads a file in UTF-8; {@link BadConfiguration} if it cannot be read. */
  public static MainCf read(Path file) {
    Reader reader = new Reader(file.toString());
    reader.readAll(text(file, reader.notices));
    return new MainCf(reader);
  }

  static String text(Path file, List<Notice> notices) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadConfiguration(
          new Fault(new Place(file.toString(), 0), "", "cannot read: " + Reason.text(e)));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      notices.add(Notice.warning(new Place(file.toString(), 0), "", "the file is not in UTF-8"));
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** In the order of their first mention. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  public Optional<Entry> entry(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  public List<Fault> faults() {
    return faults;
  }

  public List<Notice> notices() {
    return notices;
  }

  /** Takes assignments from logical lines. */
  private static final class Reader {

    private final String source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    Reader(String source) {
      this.source = source;
    }

    void readAll(String text) {
      ConfigLines.of(source, text, notices).forEach(this::assignment);
    }

    private void assignment(ConfigLines.Line line) {
      String text = line.text();
      int equals = text.indexOf('=');
      String name = equals < 0 ? "" : text.substring(0, equals).strip();
      if (equals < 0 || name.chars().anyMatch(Character::isWhitespace)) {
        fault(line, "missing '=' after attribute name: \"" + text + "\"");
      } else if (name.isEmpty()) {
        fault(line, "missing attribute name: \"" + text + "\"");
      } else {
        put(new Entry(name, text.substring(equals + 1).strip(), line.place()));
      }
    }

    private void put(Entry entry) {
      Entry earlier = entries.put(entry.name(), entry);
      if (earlier != null && !earlier.value().equals(entry.value())) {
        notices.add(
            Notice.warning(
                entry.place(),
                entry.name(),
                "overriding earlier entry: " + entry.name() + "=" + earlier.value()));
      }
    }

    private void fault(ConfigLines.Line line, String text) {
      faults.add(new Fault(line.place(), "", text));
    }
  }
}
