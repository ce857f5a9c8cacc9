package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.refusal.StorageFull;

/**
 * Content that lies where it is kept, and whose structure is found out again by reading it through.
 * What is held of that is charged to a budget until it is closed.
 */
public final class ScannedContent implements StagedContent {
  private static final int CHUNK = 64 * 1024;

  private final Content content;
  private final ChargedScanner scanner;
  private final MessageStructure structure;

  /**
   * Reads all of {@code content}.
   *
   * @throws StorageFull when there is no memory for it now
   */
  public ScannedContent(Content content, MemoryBudget budget) {
    this.content = content;
    this.scanner = new ChargedScanner(budget);
    MessageStructure found = null;
    try {
      found = scan(content, scanner);
    } finally {
      if (found == null) {
        scanner.close();
      }
    }
    this.structure = found;
  }

  private static MessageStructure scan(Content content, ChargedScanner scanner) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), CHUNK)));
    for (long position = 0; position < content.size(); ) {
      chunk.clear();
      int count = content.read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      scanner.update(chunk.flip());
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
  public void close() {
    scanner.close();
  }
}
