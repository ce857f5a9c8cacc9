package org.postroom.core.mime;

/**
 * A stored envelope or structure cannot be read: it was damaged or written by a newer version. It
 * can be had again by scanning the message.
 */
public final class CorruptStructure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CorruptStructure(String message) {
    super(message);
  }
}
