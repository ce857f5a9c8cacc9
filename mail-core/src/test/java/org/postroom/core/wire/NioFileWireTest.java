package org.postroom.core.wire;

import org.junit.jupiter.api.Tag;

/** What works everywhere. */
@Tag("seconds")
final class NioFileWireTest extends FileWireContract {
  NioFileWireTest() {
    super(false);
  }
}
