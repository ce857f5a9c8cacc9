package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A data folder on a disk that can be full, and whose power can fail. */
public final class SimulatedFolder {
  private final SimulatedDisk disk;
  private volatile @Nullable DataFolder opened;

  public SimulatedFolder() {
    this(new SimulatedDisk());
  }

  private SimulatedFolder(SimulatedDisk disk) {
    this.disk = disk;
  }

  public DataFolder open(Path folder) {
    DataFolder open = DataFolder.open(folder, DataFolderOptions.DEFAULT, disk);
    opened = open;
    return open;
  }

  /** What was opened last on this disk. */
  public DataFolder opened() {
    return Objects.requireNonNull(opened, "nothing was opened");
  }

  /** Writes what may be on the disk after a power cut now into a real folder. */
  public void image(Path root, Path target, Random random, double keptShare) throws IOException {
    disk.image(root, target, random, keptShare);
  }

  /** What may be there after a power cut now, as if it had always been at {@code other}. */
  public SimulatedFolder afterPowerCut(Path root, Path other, Random random, double keptShare) {
    return new SimulatedFolder(disk.afterPowerCut(root, other, random, keptShare));
  }

  /** A sync says that it failed, although everything reached the disk, after so many good ones. */
  public void failSyncAfter(int syncs) {
    disk.failSyncAfter(syncs);
  }

  /** Has {@code task} run after the next sync, before anybody hears that it is done. */
  public void onNextSync(Runnable task) {
    disk.onNextSync(task);
  }

  /** Has {@code task} run at the next read of a file of that name, instead of it. */
  public void onNextRead(String name, Runnable task) {
    disk.onNextRead(name, task);
  }

  /** How often something was synced. */
  public long syncs() {
    return disk.syncs();
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
