package org.postroom.core.wire;

/** What works everywhere. */
final class NioFileWireTest extends FileWireContract {
  NioFileWireTest() {
    super(false);
  }
}
