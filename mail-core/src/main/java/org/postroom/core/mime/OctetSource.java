package org.postroom.core.mime;

import java.nio.ByteBuffer;

/** A message's octets, readable again and again; {@code content::read} is one. */
@FunctionalInterface
public interface OctetSource {

  /**
   * Reads octets from {@code position} on into {@code target}, as many as there are and fit.
   *
   * @return how many were read; 0 only at the end or when {@code target} is full
   */
  int read(long position, ByteBuffer target);
}
