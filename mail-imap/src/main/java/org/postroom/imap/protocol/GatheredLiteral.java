package org.postroom.imap.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.wire.Input;

/** A string literal as it comes: a short one in memory that grows with it, a long one staged. */
final class GatheredLiteral implements AutoCloseable {
  private static final int SHORT = 4 * 1024;
  private static final int FIRST = 256;

  private final int length;
  private final @Nullable ContentSink sink;
  private byte[] octets = new byte[0];
  private int count;
  private @Nullable StagedContent staged;
  private @Nullable RuntimeException fault;

  GatheredLiteral(int length, Staging staging) {
    this.length = length;
    this.sink = length > SHORT ? staging.open(length) : null;
  }

  boolean takesAtOnce(Input in) {
    int most = Math.min(in.available().remaining(), length - count);
    return sink == null || fault != null || count + most < length && sink.takesAtOnce(most);
  }

  /** Takes what is there of it; returns whether it is whole. */
  boolean take(Input in) {
    while (count < length && !in.isEmpty()) {
      ByteBuffer there = in.available();
      int limit = there.limit();
      int step = Math.min(there.remaining(), length - count);
      there.limit(there.position() + step);
      keep(there, step);
      there.limit(limit);
      count += step;
    }
    return count == length;
  }

  private void keep(ByteBuffer there, int step) {
    if (sink == null) {
      if (count + step > octets.length) {
        int room = Math.max(count + step, Math.max(FIRST, octets.length * 2));
        octets = Arrays.copyOf(octets, Math.min(length, room));
      }
      there.get(octets, count, step);
      return;
    }
    if (fault == null) {
      try {
        sink.write(there);
      } catch (StorageFull | StorageUnavailable full) {
        fault = full; // the rest comes all the same
      }
    }
    there.position(there.limit());
  }

  /**
   * What came, once it is whole; the reader keeps none of it.
   *
   * @throws StorageFull when there was no room for it
   */
  byte[] octets() {
    if (fault != null) {
      throw fault;
    }
    if (sink == null) {
      return octets;
    }
    if (staged == null) {
      staged = sink.finish();
    }
    return staged.toBytes();
  }

  @Override
  public void close() {
    if (staged != null) {
      staged.close();
    } else if (sink != null) {
      sink.close();
    }
  }
}
