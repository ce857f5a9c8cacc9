package org.postroom.core.flow;

import java.nio.ByteBuffer;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MessageStructure;

/**
 * Staged content with header lines of our own in front of it. Nothing is copied and nothing scanned
 * again; closing closes the staged content.
 */
final class HeadedContent implements StagedContent {
  private final StagedContent rest;
  private final Content whole;
  private final MessageStructure structure;

  /**
   * With these lines.
   *
   * @param lines CRLF at the end of each
   */
  HeadedContent(byte[] lines, StagedContent rest) {
    this.rest = rest;
    this.whole = Content.concat(Content.of(lines), rest);
    this.structure = rest.structure().shifted(lines.length);
  }

  @Override
  public long size() {
    return whole.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    return whole.read(position, target);
  }

  @Override
  public MessageStructure structure() {
    return structure;
  }

  @Override
  public void close() {
    rest.close();
  }
}
