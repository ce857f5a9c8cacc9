package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;

/** What another content has from some octet on. */
public final class TailContent implements Content {
  private final Content whole;
  private final long from;

  /** Nothing is copied. */
  public TailContent(Content whole, long from) {
    this.whole = whole;
    this.from = from;
  }

  @Override
  public long size() {
    return whole.size() - from;
  }

  @Override
  public int read(long position, ByteBuffer target) {
    return whole.read(from + position, target);
  }
}
