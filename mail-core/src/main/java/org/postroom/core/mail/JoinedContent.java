package org.postroom.core.mail;

import java.nio.ByteBuffer;

/** One content behind another: delivery headers in front of the body that all recipients share. */
final class JoinedContent implements Content {
  private final Content first;
  private final Content second;

  JoinedContent(Content first, Content second) {
    this.first = first;
    this.second = second;
  }

  @Override
  public long size() {
    return first.size() + second.size();
  }

  @Override
  public int read(long position, ByteBuffer target) {
    int count = 0;
    if (position < first.size()) {
      count = first.read(position, target);
      if (position + count < first.size()) {
        return count;
      }
    }
    return count + second.read(position + count - first.size(), target);
  }
}
