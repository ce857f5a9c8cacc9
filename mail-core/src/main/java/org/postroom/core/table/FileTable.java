package org.postroom.core.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.fact.LookupUnavailable;

/**
 * A table that is a file. It is read when it is opened, and again when it has changed, which a
 * worker finds out by the file's time, size and identity: behind a look-up, once a second at most,
 * and from time to time where nobody asks.
 *
 * <ul>
 *   <li>Until it is read the old content counts: no look-up touches the disk.
 *   <li>A file that was written less than a second ago is left alone, because whoever writes it in
 *       place may not be done; and what changed while it was read is not taken. After a few such
 *       times it is. A file that is renamed into its place has no such moment.
 *   <li>What cannot be used, or is gone, leaves the last good content in place and is said once.
 * </ul>
 *
 * A look-up takes no lock and never waits for a reading that another one has begun.
 */
final class FileTable implements LookupTable {

  /** What is read at all: four hundred thousand entries or more. */
  static final long LARGEST = 32L * 1024 * 1024;

  private static final long SECOND = 1_000;
  private static final int MOST_DELAYS = 5;

  private final String name;
  private final Path path;
  private final Format format;
  private volatile @Nullable FileWatch watch;
  private final AtomicLong looked = new AtomicLong();

  /** Who holds it looks after the file, alone; the fields below are its. */
  private final AtomicBoolean looking = new AtomicBoolean();

  private @Nullable Stamp seen;
  private int delays;
  private boolean gone;

  private volatile Lookup content;

  /** Whose content a file holds. */
  private record Stamp(long size, long modified, String identity) {

    static Stamp of(Path path) throws IOException {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw new IOException("not a file");
      }
      return new Stamp(
          found.size(), found.lastModifiedTime().toMillis(), String.valueOf(found.fileKey()));
    }

    boolean isFresh(long now) {
      return Math.abs(now - modified) < SECOND;
    }
  }

  private record Reading(Lookup content, List<String> warnings) {}

  private FileTable(String name, Path path, Format format) {
    this.name = name;
    this.path = path;
    this.format = format;
    this.content = new Unreadable(name + ": not read yet");
  }

  /**
   * Reads the file for the first time. One that is not there, or not readable, makes look-ups fail
   * until it is.
   *
   * @param warnings hears what is to be said about it
   * @throws BadValue if its content cannot be used
   */
  static FileTable open(String name, Path path, Format format, List<String> warnings) {
    FileTable table = new FileTable(name, path, format);
    try {
      Stamp stamp = Stamp.of(path);
      Reading reading = table.read(stamp);
      table.content = reading.content();
      table.seen = stamp;
      warnings.addAll(reading.warnings());
    } catch (IOException e) {
      table.content = new Unreadable(name + ": " + told(e));
      table.gone = true;
      warnings.add(name + ": " + told(e) + "; look-ups in it fail for now");
    }
    return table;
  }

  /** Sees from now on when the file changes. */
  void watch(FileWatch with) {
    looked.set(with.clock().millis());
    watch = with;
  }

  @Override
  public Optional<String> find(String key) {
    lookAfter();
    return content.find(key);
  }

  @Override
  public Optional<String> find(String key, Effort effort) {
    lookAfter();
    return content.find(key, effort);
  }

  private void lookAfter() {
    FileWatch with = watch;
    if (with != null) {
      long now = with.clock().millis();
      long last = looked.get();
      if ((now - last >= SECOND || now < last) && looked.compareAndSet(last, now)) {
        handOn(with, now);
      }
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

  /** Looks after the file now, and reads it if need be: on this thread. */
  void refresh() {
    FileWatch with = watch;
    if (with != null) {
      long now = with.clock().millis();
      looked.set(now);
      if (looking.compareAndSet(false, true)) {
        look(with, now);
      }
    }
  }

  private void handOn(FileWatch with, long now) {
    if (looking.compareAndSet(false, true)
        && !with.timers().handOn(with.workers(), () -> look(with, now))) {
      looking.set(false);
    }
  }

  /** By who holds {@link #looking}, which this gives back. */
  private void look(FileWatch with, long now) {
    try {
      Stamp found = Stamp.of(path);
      gone = false;
      if (!found.equals(seen) && !(found.isFresh(now) && delays++ < MOST_DELAYS)) {
        take(found, with);
      }
    } catch (IOException e) {
      lost(e, with);
    } finally {
      looking.set(false);
    }
  }

  private void take(Stamp found, FileWatch with) {
    try {
      Reading reading = read(found);
      if (!Stamp.of(path).equals(found) && delays++ < MOST_DELAYS) {
        return;
      }
      content = reading.content();
      with.log().read(name, reading.content().size());
      reading.warnings().forEach(with.log()::warning);
    } catch (BadValue e) {
      with.log().kept(name, e.reason());
    } catch (IOException e) {
      lost(e, with);
      return;
    }
    seen = found;
    delays = 0;
  }

  private void lost(IOException e, FileWatch with) {
    if (!gone) {
      gone = true;
      with.log().kept(name, told(e));
    }
  }

  private Reading read(Stamp stamp) throws IOException {
    if (stamp.size() > LARGEST) {
      throw new BadValue(path + ": a table of more than 32 MB belongs into a database");
    }
    try (InputStream in = Files.newInputStream(path);
        Reader reader = new InputStreamReader(in, UTF_8)) {
      TableLines lines = new TableLines(path.toString(), reader);
      try {
        return new Reading(format.read(lines, stamp.size()), lines.warnings());
      } catch (BadValue e) {
        throw e.reason().startsWith(path.toString()) ? e : new BadValue(path + ": " + e.reason());
      }
    }
  }

  private static String told(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such file"
        : "cannot be read: " + e.getMessage();
  }

  /** What a file says that could never be read. */
  private record Unreadable(String why) implements Lookup {

    @Override
    public Optional<String> find(String key) {
      throw new LookupUnavailable(why);
    }

    @Override
    public int size() {
      return 0;
    }
  }
}
