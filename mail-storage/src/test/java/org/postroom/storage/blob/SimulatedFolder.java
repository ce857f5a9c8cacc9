package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** A data folder on a disk that can be full, and whose power can fail. */
public final class SimulatedFolder {
  private final SimulatedDisk disk = new SimulatedDisk();

  public DataFolder open(Path folder) {
    return DataFolder.open(folder, DataFolderOptions.DEFAULT, disk);
  }

  /** Writes what may be on the disk after a power cut now into a real folder. */
  public void image(Path root, Path target, Random random, double keptShare) throws IOException {
    disk.image(root, target, random, keptShare);
  }

  /** The next sync says that it failed, although everything reached the disk. */
  public void failNextSync() {
    disk.failNextSync();
  }

  /** The disk is full after so many more octets. */
  public void room(long octets) {
    disk.room(octets);
  }
}
