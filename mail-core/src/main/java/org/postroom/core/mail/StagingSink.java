package org.postroom.core.mail;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;

/**
 * One content of a {@link StagingArea}, first while it arrives and then as it lies there. Memory
 * and file are given back exactly once: when it is closed before it is finished, when it fails, or
 * when what it was finished to is closed.
 */
final class StagingSink implements ContentSink {
  private final int memoryLimit;
  private final SpoolFiles files;
  private final long expected;
  private final Consumer<StagingSink> whenReleased;
  private final Chunks memory;
  private final StructureScanner scanner = new StructureScanner();
  private @Nullable SpoolFile file;
  private long size;
  private boolean finished;
  private boolean released;

  StagingSink(
      int memoryLimit,
      MemoryBudget budget,
      SpoolFiles files,
      long expected,
      Consumer<StagingSink> whenReleased) {
    this.memoryLimit = memoryLimit;
    this.files = files;
    this.expected = expected;
    this.whenReleased = whenReleased;
    this.memory = new Chunks(budget);
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
      scanner.update(octets.duplicate());
      store(octets);
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
  public synchronized long size() {
    return size;
  }

  @Override
  public synchronized StagedContent finish() {
    if (finished || released) {
      throw new IllegalStateException(finished ? "finished already" : "closed");
    }
    boolean kept = false;
    try {
      if (file != null) {
        file.finish();
      }
      kept = true;
    } finally {
      if (!kept) {
        release();
      }
    }
    finished = true;
    return new Staged(scanner.finish());
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
    SpoolFile made = SpoolFile.create(files);
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
