package org.postroom.core.mail;

import java.nio.ByteBuffer;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;

/**
 * Content that lies where it is kept, and whose structure is found out again by reading it through.
 * Closing has nothing to give back.
 */
public final class ScannedContent implements StagedContent {
  private static final int CHUNK = 64 * 1024;

  private final Content content;
  private final MessageStructure structure;

  /** Reads all of {@code content}. */
  public ScannedContent(Content content) {
    this.content = content;
    this.structure = scan(content);
  }

  private static MessageStructure scan(Content content) {
    StructureScanner scanner = new StructureScanner();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), CHUNK)));
    for (long position = 0; position < content.size(); ) {
      chunk.clear();
      int count = content.read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      scanner.update(chunk.array(), 0, count);
      position += count;
    }
    return scanner.finish();
  }

  @Override
  public long size() {
    return content.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    return content.read(position, target);
  }

  @Override
  public MessageStructure structure() {
    return structure;
  }

  @Override
  public void close() {}
}
