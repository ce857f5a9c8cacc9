package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.refusal.StorageFull;

/**
 * One content of a {@link StagingArea}, first while it arrives and then as it lies there. Memory
 * and file are given back exactly once: when it is closed before it is finished, when it fails, or
 * when what it was finished to is closed. What was found out about it is charged like the content,
 * but cannot go into a file.
 */
final class StagingSink implements ContentSink {
  private final int memoryLimit;
  private final SpoolFiles files;
  private final long expected;
  private final Consumer<StagingSink> whenReleased;
  private final Chunks memory;
  private final MemoryBudget budget;
  private final ChargedScanner scanner;
  private @Nullable SpoolFile file;
  private long size;
  private long heldBack;
  private boolean finished;
  private boolean released;

  StagingSink(
      int memoryLimit,
      MemoryBudget contents,
      MemoryBudget budget,
      SpoolFiles files,
      long expected,
      Consumer<StagingSink> whenReleased) {
    this.memoryLimit = memoryLimit;
    this.files = files;
    this.expected = expected;
    this.whenReleased = whenReleased;
    this.budget = budget;
    this.scanner = new ChargedScanner(budget);
    this.memory = new Chunks(contents);
  }

  @Override
  public void write(byte[] octets, int offset, int length) {
    write(ByteBuffer.wrap(octets, offset, length));
  }

  @Override
  public synchronized void write(ByteBuffer octets) {
    if (finished || released) {
      throw new IllegalStateException(finished ? "written to after the end" : "closed");
    }
    size += octets.remaining();
    boolean kept = false;
    try {
      ByteBuffer same = octets.duplicate();
      store(octets);
      scanner.update(same);
      kept = true;
    } finally {
      if (!kept) {
        release();
      }
    }
  }

  @Override
  public synchronized boolean takesAtOnce(int octets) {
    return file == null && expected <= memoryLimit && memory.hasRoom(octets, memoryLimit, expected);
  }

  @Override
  public synchronized void holdsBack(int octets) {
    if (released) {
      return;
    }
    if (octets < heldBack) {
      budget.give(heldBack - octets);
    } else if (!budget.tryTake(octets - heldBack)) {
      throw new StorageFull("too much mail is arriving at the same time");
    }
    heldBack = octets;
  }

  @Override
  public synchronized long size() {
    return size;
  }

  @Override
  public synchronized StagedContent finish() {
    if (finished || released) {
      throw new IllegalStateException(finished ? "finished already" : "closed");
    }
    MessageStructure structure = null;
    try {
      if (file != null) {
        file.finish();
      }
      structure = scanner.finish();
    } finally {
      if (structure == null) {
        release();
      }
    }
    finished = true;
    return new Staged(structure);
  }

  @Override
  public synchronized void close() {
    if (!finished) {
      release();
    }
  }

  synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    memory.release();
    scanner.close();
    budget.give(heldBack);
    heldBack = 0;
    whenReleased.accept(this);
    if (file != null) {
      file.release();
    }
  }

  private void store(ByteBuffer octets) {
    if (file == null) {
      if (expected <= memoryLimit && memory.write(octets, memoryLimit, expected)) {
        return;
      }
      file = spill();
    }
    file.write(octets);
  }

  /** Moves what is in memory into a file. */
  private SpoolFile spill() {
    SpoolFile made = SpoolFile.create(files, budget);
    file = made;
    ByteBuffer chunk = ByteBuffer.allocate(8 * 1024);
    for (long at = 0; at < memory.size(); ) {
      chunk.clear();
      at += memory.read(at, chunk);
      made.write(chunk.flip());
    }
    memory.release();
    return made;
  }

  private synchronized int read(long position, ByteBuffer target) {
    if (released) {
      throw new IllegalStateException("read after close");
    }
    return file != null ? file.read(position, target) : memory.read(position, target);
  }

  private final class Staged implements StagedContent {
    private final MessageStructure structure;

    Staged(MessageStructure structure) {
      this.structure = structure;
    }

    @Override
    public long size() {
      return StagingSink.this.size();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      return StagingSink.this.read(position, target);
    }

    @Override
    public MessageStructure structure() {
      return structure;
    }

    @Override
    public void close() {
      release();
    }
  }
}
