package org.postroom.core.arrival;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.postroom.core.memory.MemoryBudget;

/**
 * The staging of a server. A mail stays in memory while it is small and all together do not need
 * more than their share; otherwise it lies in a file of a folder, whatever its size, and costs a
 * fixed 16 KiB while it is written. What was found out about its structure is counted too; a mail
 * that there is no memory for is refused for now.
 *
 * <p>Its owner closes it; what is still staged then is forgotten. Threads may share it; each sink
 * is one thread's at a time.
 */
public final class StagingArea implements Staging, AutoCloseable {
  private final Limits limits;
  private final SpoolFiles files;
  private final MemoryBudget budget;
  private final MemoryBudget contents;
  private final Set<StagingSink> open = ConcurrentHashMap.newKeySet();

  /**
   * How much memory staged mails may take.
   *
   * @param perMail octets of one mail
   * @param inAll octets of all mails together; half as much again may be taken by what cannot go
   *     into a file: what was found out about them, and the files' buffers
   */
  public record Limits(int perMail, long inAll) {
    /** 256 KiB for one mail, 12 MiB for all. */
    public static final Limits DEFAULT = new Limits(256 * 1024, 12 * 1024 * 1024);

    private long withStructures() {
      return inAll + inAll / 2;
    }

    public Limits {
      if (perMail < 0 || inAll < 0) {
        throw new IllegalArgumentException("negative limit");
      }
    }
  }

  /**
   * An area whose files lie in {@code folder}.
   *
   * @param folder made at need; on a disk, not on a memory file system
   */
  public StagingArea(Path folder, Limits limits) {
    this(SpoolFiles.in(folder), limits);
  }

  /**
   * The same; what its mails take is taken from {@code all}, too, which others share.
   *
   * @param folder made at need; on a disk, not on a memory file system
   */
  public StagingArea(Path folder, Limits limits, MemoryBudget all) {
    this(SpoolFiles.in(folder), limits, all);
  }

  /**
   * The same.
   *
   * @param folder asked for when a mail goes into a file; may throw {@code UncheckedIOException}
   */
  public StagingArea(Supplier<Path> folder, Limits limits, MemoryBudget all) {
    this(SpoolFiles.in(folder), limits, all);
  }

  StagingArea(SpoolFiles files, Limits limits) {
    this(files, limits, new MemoryBudget(limits.withStructures()));
  }

  private StagingArea(SpoolFiles files, Limits limits, MemoryBudget all) {
    this.files = files;
    this.limits = limits;
    this.budget = all.share(limits.withStructures());
    this.contents = budget.share(limits.inAll());
  }

  @Override
  public ContentSink open(long expected) {
    StagingSink sink =
        new StagingSink(limits.perMail(), contents, budget, files, expected, open::remove);
    open.add(sink);
    return sink;
  }

  /** Octets of memory taken now. */
  public long memoryInUse() {
    return budget.held();
  }

  /** How many contents are staged, or on their way. */
  public int staged() {
    return open.size();
  }

  @Override
  public void close() {
    open.forEach(StagingSink::release);
  }
}
