package org.postroom.storage.sql;

import java.nio.ByteBuffer;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MessageStructure;

/**
 * The content of a mail that has become ours: read from the store, for as long as somebody has the
 * mail there. There is nothing to be given back.
 */
record KeptContent(Content kept, MessageStructure structure) implements StagedContent {
  @Override
  public long size() {
    return kept.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    return kept.read(position, target);
  }

  @Override
  public void close() {
    // It is the store's.
  }
}
