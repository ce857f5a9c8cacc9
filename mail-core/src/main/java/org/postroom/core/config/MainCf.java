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

/**
 * What an administrator wrote: the assignments of a file in the grammar of main.cf (postconf(5)),
 * not yet expanded or typed. Immutable. Reading never fails on content: what is wrong is kept as
 * faults, which {@link Settings} reports together with its own.
 */
public final class MainCf {

  /** No file. */
  public static final MainCf EMPTY = new MainCf(new Reader("main.cf"));

  /** One assignment as it is in effect. */
  public record Entry(String name, String value, Place place) {}

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
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadConfiguration(new Fault(new Place(file.toString(), 0), "", "cannot read: " + e));
    }
    Reader reader = new Reader(file.toString());
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = new String(bytes, StandardCharsets.UTF_8);
      reader.warn(0, "", "the file is not in UTF-8");
    }
    reader.readAll(text);
    return new MainCf(reader);
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

  /** Joins physical lines to logical ones and takes assignments from them. */
  private static final class Reader {

    private final String source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final StringBuilder logical = new StringBuilder();
    private int startLine;
    private boolean afterCommentedAssignment;

    Reader(String source) {
      this.source = source;
    }

    void readAll(String text) {
      int line = 0;
      for (int at = 0; at < text.length(); ) {
        int end = text.indexOf('\n', at);
        if (end < 0) {
          end = text.length();
        }
        readLine(++line, text.substring(at, end));
        at = end + 1;
      }
      finish();
    }

    private void readLine(int number, String raw) {
      String line = raw;
      int nul = line.indexOf('\0');
      if (nul >= 0) {
        warn(number, "", "a NUL byte; the rest of the line is lost");
        line = line.substring(0, nul);
      }
      String content = line.strip();
      if (content.isEmpty()) {
        return;
      }
      if (content.startsWith("#")) {
        afterCommentedAssignment = content.indexOf('=') > 0;
        return;
      }
      boolean continues = line.charAt(0) == ' ' || line.charAt(0) == '\t' || isBlank(line);
      if (!continues) {
        finish();
        startLine = number;
        logical.append(content);
      } else if (startLine == 0) {
        warn(number, "", "logical line must not start with whitespace: \"" + content + "\"");
      } else {
        if (afterCommentedAssignment) {
          warn(number, "", "this line continues line " + startLine + ", not the comment above it");
        }
        logical.append(line.stripTrailing());
      }
      afterCommentedAssignment = false;
    }

    private static boolean isBlank(String line) {
      return Character.isWhitespace(line.charAt(0));
    }

    private void finish() {
      if (startLine == 0) {
        return;
      }
      String text = logical.toString();
      logical.setLength(0);
      int equals = text.indexOf('=');
      String name = equals < 0 ? "" : text.substring(0, equals).strip();
      if (equals < 0 || name.chars().anyMatch(Character::isWhitespace)) {
        fault("missing '=' after attribute name: \"" + text + "\"");
      } else if (name.isEmpty()) {
        fault("missing attribute name: \"" + text + "\"");
      } else {
        put(name, text.substring(equals + 1).strip());
      }
    }

    private void put(String name, String value) {
      Entry earlier = entries.get(name);
      if (earlier != null && !earlier.value().equals(value)) {
        warn(startLine, name, "overriding earlier entry: " + name + "=" + earlier.value());
      }
      entries.put(name, new Entry(name, value, new Place(source, startLine)));
    }

    private void fault(String text) {
      faults.add(new Fault(new Place(source, startLine), "", text));
    }

    private void warn(int line, String name, String text) {
      notices.add(Notice.warning(new Place(source, line), name, text));
    }
  }
}
