package org.postroom.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;

/** Content that comes as a stream, staged as content that comes by the network. */
final class StagedStream {
  private static final int CHUNK = 64 * 1024;

  private StagedStream() {}

  /**
   * All of it.
   *
   * @throws UncheckedIOException when it cannot be read
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   */
  static StagedContent of(InputStream content, Staging staging) {
    try (ContentSink sink = staging.open(0)) {
      byte[] chunk = new byte[CHUNK];
      for (int count = content.read(chunk); count >= 0; count = content.read(chunk)) {
        sink.write(chunk, 0, count);
      }
      return sink.finish();
    } catch (IOException e) {
      throw new UncheckedIOException("the content cannot be read", e);
    }
  }
}
