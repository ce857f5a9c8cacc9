package org.postroom.storage.blob;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One open file: positional and thread-safe. What is written is durable only after a sync. */
interface DiskFile extends Closeable {

  /** Reads at {@code position} until {@code target} is full or the file ends; says how many. */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all of {@code source}. */
  void write(ByteBuffer source, long position) throws IOException;

  /** Returns when everything written before the call is on the device (fdatasync). */
  void sync() throws IOException;

  long size() throws IOException;

  /** Cuts the file; does nothing when it is shorter already. */
  void truncate(long size) throws IOException;
}
