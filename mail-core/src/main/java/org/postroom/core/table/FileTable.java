package org.postroom.core.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** A table that is a file; {@link WatchedFile} says when it is read. */
final class FileTable implements LookupTable {
  private final String name;
  private final Format format;
  private final WatchedFile<Lookup> file;

  private FileTable(String name, Format format, WatchedFile<Lookup> file) {
    this.name = name;
    this.format = format;
    this.file = file;
  }

  /**
   * Reads the file for the first time. One that is not there, or not readable, makes look-ups fail
   * until it is.
   *
   * @param warnings hears what is to be said about it
   * @throws BadValue if its content cannot be used
   */
  static FileTable open(String name, Path path, Format format, List<String> warnings) {
    return new FileTable(
        name,
        format,
        WatchedFile.open(name, path, (from, octets) -> read(from, octets, format), warnings));
  }

  private static WatchedFile.Reading<Lookup> read(Path path, long octets, Format format)
      throws IOException {
    try (InputStream in = Files.newInputStream(path);
        Reader reader = new InputStreamReader(in, UTF_8)) {
      TableLines lines = new TableLines(path.toString(), reader);
      Lookup read = format.read(lines, octets);
      return new WatchedFile.Reading<>(read, read.size(), lines.warnings());
    }
  }

  /** Sees from now on when the file changes. */
  void watch(FileWatch with) {
    file.watch(with);
  }

  /** Looks after the file now, and reads it on this thread if need be. */
  void refresh() {
    file.refresh();
  }

  @Override
  public Optional<String> find(String key) {
    return file.content().find(key);
  }

  @Override
  public Optional<Row> row(String key) {
    return file.content().row(key);
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    return file.content().find(key, effort);
  }

  /** Of a file that cannot be read now nobody knows any. */
  @Override
  public List<Row> rules() {
    try {
      return file.content().rules();
    } catch (LookupUnavailable e) {
      return List.of();
    }
  }

  @Override
  public boolean matchesPatterns() {
    return !(format instanceof KeyValueFormat) && !(format instanceof AliasFormat);
  }

  @Override
  public String name() {
    return name;
  }
}
