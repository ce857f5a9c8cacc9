package org.postroom.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("seconds")
class FolderStoreTest extends StoreBehaviour {
  @TempDir Path folder;

  @Override
  Storage place() {
    return Storage.h2(folder.resolve("data"));
  }
}
