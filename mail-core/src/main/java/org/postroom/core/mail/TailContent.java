package org.postroom.core.mail;

import java.nio.ByteBuffer;

/** What another content has from some octet on. */
final class TailContent implements Content {
  private final Content whole;
  private final long from;

  TailContent(Content whole, long from) {
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
