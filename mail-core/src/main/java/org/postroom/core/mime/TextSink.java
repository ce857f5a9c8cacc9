package org.postroom.core.mime;

/** Takes text as it is decoded, piece by piece. */
@FunctionalInterface
public interface TextSink {

  /** The array is only lent; a surrogate pair may be cut by the end of a piece. */
  void text(char[] chars, int off, int len);
}
