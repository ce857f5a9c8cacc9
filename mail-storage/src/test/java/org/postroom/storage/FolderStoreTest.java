package org.postroom.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends StoreBehaviour {
  @TempDir Path folder;

  @Override
  Storage place() {
    return Storage.h2(folder.resolve("data"));
  }
}
