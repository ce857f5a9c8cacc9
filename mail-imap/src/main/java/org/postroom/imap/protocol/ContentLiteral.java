package org.postroom.imap.protocol;

import org.postroom.core.mail.Content;
import org.postroom.core.wire.Saying;

/**
 * A literal out of content, read and written in slices: between two of them nothing is held but the
 * place.
 */
public final class ContentLiteral implements Saying {
  private final ImapWriter out;
  private final Content content;
  private final long length;
  private final long end;
  private final boolean hasNul;
  private long at;
  private boolean begun;

  /**
   * Octets of {@code content} from {@code from} on.
   *
   * @param length at least one
   * @param hasNul whether there may be NULs among them
   */
  public ContentLiteral(ImapWriter out, Content content, long from, long length, boolean hasNul) {
    this.out = out;
    this.content = content;
    this.length = length;
    this.at = from;
    this.end = from + length;
    this.hasNul = hasNul;
  }

  @Override
  public boolean step() {
    at += out.slice(content, at, end - at, hasNul, begun ? 0 : length);
    begun = true;
    return at < end;
  }
}
