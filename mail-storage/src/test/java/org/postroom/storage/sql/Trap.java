package org.postroom.storage.sql;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mime.MessageStructure;

/**
 * Content with which something happens when its octets are read.
 *
 * @param happens before each read, with its position; may wait, or throw
 */
record Trap(StagedContent content, LongConsumer happens) implements StagedContent {
  @Override
  public long size() {
    return content.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    happens.accept(position);
    return content.read(position, target);
  }

  @Override
  public MessageStructure structure() {
    return content.structure();
  }

  @Override
  public void close() {
    content.close();
  }
}
