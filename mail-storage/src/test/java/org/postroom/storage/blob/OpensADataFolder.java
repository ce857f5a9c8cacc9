package org.postroom.storage.blob;

import java.nio.file.Path;

/** Another process that tries to open a data folder; its exit status says how that went. */
public final class OpensADataFolder {
  static final int IN_USE = 3;

  private OpensADataFolder() {}

  public static void main(String[] args) {
    try (DataFolder folder = DataFolder.open(Path.of(args[0]), DataFolderOptions.DEFAULT)) {
      System.exit(folder.failed() ? 1 : 0);
    } catch (DataFolderInUse e) {
      System.exit(IN_USE);
    }
  }
}
