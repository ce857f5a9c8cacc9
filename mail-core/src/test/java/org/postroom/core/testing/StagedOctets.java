package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;

/** Content that a test has made up, as if it had just arrived. */
public final class StagedOctets implements StagedContent {
  private final byte[] octets;
  private boolean closed;

  private StagedOctets(byte[] octets) {
    this.octets = octets;
  }

  /** Takes the octets as they are. */
  public static StagedContent of(byte[] octets) {
    return new StagedOctets(octets.clone());
  }

  /**
   * Takes the UTF-8 octets of {@code text}; line ends are written as {@code \n} and become CRLF.
   */
  public static StagedContent of(String text) {
    return new StagedOctets(text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(UTF_8));
  }

  @Override
  public long size() {
    return octets.length;
  }

  @Override
  public int read(long position, ByteBuffer target) {
    if (closed) {
      throw new IllegalStateException("read after close");
    }
    return Content.of(octets).read(position, target);
  }

  @Override
  public MessageStructure structure() {
    StructureScanner scanner = new StructureScanner();
    scanner.update(octets, 0, octets.length);
    return scanner.finish();
  }

  @Override
  public void close() {
    closed = true;
  }
}
