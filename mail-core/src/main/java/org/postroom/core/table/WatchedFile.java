package org.postroom.core.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * A file whose content is kept in memory. It is read when it is opened, and again when it has
 * changed, which a worker finds out by the file's time, size and identity: behind who asks for the
 * content, once a second at most, and from time to time where nobody asks.
 *
 * <ul>
 *   <li>Until it is read the old content counts, except for who {@linkplain #fresh has time}: who
 *       asks does not touch the disk.
 *   <li>A file that was written less than a second ago is left alone, because whoever writes it in
 *       place may not be done; and what changed while it was read is not taken. After a few such
 *       times it is. A file that is renamed into its place has no such moment.
 *   <li>What cannot be used, or is gone, leaves the last good content in place and is said once.
 * </ul>
 *
 * Who asks takes no lock and never waits for a reading that another one has begun; who has time
 * does.
 *
 * @param <T> what the file comes to: immutable
 */
public final class WatchedFile<T> {

  /** What is read at all: four hundred thousand entries or more. */
  private static final long LARGEST = 32L * 1024 * 1024;

  private static final long SECOND = 1_000;
  private static final int MOST_DELAYS = 5;

  private final String name;
  private final Path path;
  private final Source<T> source;
  private volatile @Nullable FileWatch watch;

  /** When somebody was last sent, or went, to look. */
  private final AtomicLong looked = new AtomicLong();

  /** Whether a worker is to look. */
  private final AtomicBoolean handedOn = new AtomicBoolean();

  private volatile Span seenIn = Span.NONE;

  /** Who holds it looks after the file, alone; the fields below are its. */
  private final ReentrantLock looking = new ReentrantLock();

  private @Nullable Stamp seen;
  private int delays;

  /** Why it cannot be read, as it was said; null where it can. */
  private @Nullable String lost;

  private volatile @Nullable T content;
  private volatile String why;

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

  /**
   * When the content is as somebody has found the file.
   *
   * @param from when he looked
   * @param until when the next one has to
   */
  private record Span(long from, long until) {
    private static final Span NONE = new Span(0, 0);

    boolean holds(long now) {
      return from <= now && now < until;
    }
  }

  /** How a file becomes its content. */
  @FunctionalInterface
  public interface Source<T> {

    /**
     * Reads it.
     *
     * @param octets how large it is, to make room at once
     * @throws BadValue when it cannot be used as a whole
     */
    Reading<T> read(Path path, long octets) throws IOException;
  }

  /**
   * What was read.
   *
   * @param entries how many, for the log
   * @param warnings what is to be said about it, with file and line
   */
  public record Reading<T>(T content, int entries, List<String> warnings) {}

  private WatchedFile(String name, Path path, Source<T> source) {
    this.name = name;
    this.path = path;
    this.source = source;
    this.why = "not read yet";
  }

  /**
   * Reads the file for the first time. One that is not there, or not readable, has no content until
   * it is.
   *
   * @param warnings hears what is to be said about it
   * @throws BadValue if its content cannot be used
   */
  public static <T> WatchedFile<T> open(
      String name, Path path, Source<T> source, List<String> warnings) {
    WatchedFile<T> file = new WatchedFile<>(name, path, source);
    try {
      Stamp stamp = Stamp.of(path);
      Reading<T> reading = file.read(stamp);
      file.content = reading.content();
      file.seen = stamp;
      warnings.addAll(reading.warnings());
    } catch (IOException e) {
      file.why = told(e);
      file.lost = told(e);
      warnings.add(name + ": " + told(e) + "; look-ups in it fail for now");
    }
    return file;
  }

  /** Sees from now on when the file changes. */
  public void watch(FileWatch with) {
    looked.set(with.clock().millis());
    watch = with;
  }

  /**
   * What it says. Waits for nothing.
   *
   * @throws LookupUnavailable when it could never be read
   */
  public T content() {
    FileWatch with = watch;
    if (with != null) {
      long now = with.clock().millis();
      long last = looked.get();
      if ((now - last >= SECOND || now < last) && looked.compareAndSet(last, now)) {
        handOn(with);
      }
    }
    return known();
  }

  /**
   * The same, where somebody has looked after the file within the last second; else nothing, and
   * {@link #fresh} is to be asked.
   */
  public Optional<T> recent() {
    FileWatch with = watch;
    return with == null || seenIn.holds(with.clock().millis())
        ? Optional.of(known())
        : Optional.empty();
  }

  /**
   * The same for who may wait: a file that has changed is read first, by this thread or another.
   */
  public T fresh() {
    FileWatch with = watch;
    if (with != null && !seenIn.holds(with.clock().millis())) {
      look(with, false);
    }
    return known();
  }

  private T known() {
    T known = content;
    if (known == null) {
      throw new LookupUnavailable(name + ": " + why);
    }
    return known;
  }

  /** Looks after the file now, and reads it if need be: on this thread. */
  public void refresh() {
    FileWatch with = watch;
    if (with != null) {
      look(with, true);
    }
  }

  private void handOn(FileWatch with) {
    if (handedOn.compareAndSet(false, true)
        && !with.timers().handOn(with.workers(), () -> lookForOthers(with))) {
      handedOn.set(false);
    }
  }

  private void lookForOthers(FileWatch with) {
    try {
      look(with, true);
    } finally {
      handedOn.set(false);
    }
  }

  /** Waits for who looks, and then looks; not where he has done it, unless {@code always}. */
  private void look(FileWatch with, boolean always) {
    looking.lock();
    try {
      long now = with.clock().millis();
      if (always || !seenIn.holds(now)) {
        looked.set(now);
        long next = look(with, now);
        seenIn = new Span(now, Math.max(now, Math.min(next, now + SECOND)));
      }
    } finally {
      looking.unlock();
    }
  }

  /** Gives when one has to look again: earlier, where what was found is not taken yet. */
  private long look(FileWatch with, long now) {
    try {
      Stamp found = Stamp.of(path);
      if (!found.equals(seen)) {
        if (found.isFresh(now) && delays++ < MOST_DELAYS) {
          return found.modified() + SECOND;
        }
        return take(found, now, with);
      }
      lost = null;
    } catch (IOException e) {
      lost(e, with);
    }
    return now + SECOND;
  }

  private long take(Stamp found, long now, FileWatch with) {
    try {
      Reading<T> reading = read(found);
      Stamp later = Stamp.of(path);
      if (!later.equals(found) && delays++ < MOST_DELAYS) {
        return later.modified() + SECOND;
      }
      content = reading.content();
      with.log().read(name, reading.entries());
      reading.warnings().forEach(with.log()::warning);
    } catch (BadValue e) {
      say(e.reason(), with);
    } catch (IOException e) {
      lost(e, with);
      return now + SECOND;
    }
    seen = found;
    delays = 0;
    lost = null;
    return now + SECOND;
  }

  /** One that is there, and may not be read, is found anew each time. */
  private void lost(IOException e, FileWatch with) {
    String reason = told(e);
    if (reason.equals(lost)) {
      return;
    }
    lost = reason;
    say(reason, with);
  }

  /** Why what is there now cannot be had. */
  private void say(String reason, FileWatch with) {
    if (content == null) {
      why = reason;
      with.log().missing(name, reason);
    } else {
      with.log().kept(name, reason);
    }
  }

  private Reading<T> read(Stamp stamp) throws IOException {
    if (stamp.size() > LARGEST) {
      throw new BadValue(path + ": a table of more than 32 MB belongs into a database");
    }
    try {
      return source.read(path, stamp.size());
    } catch (BadValue e) {
      throw e.reason().startsWith(path.toString()) ? e : new BadValue(path + ": " + e.reason());
    }
  }

  private static String told(IOException e) {
    return e instanceof NoSuchFileException
        ? "there is no such file"
        : "cannot be read: " + e.getMessage();
  }
}
