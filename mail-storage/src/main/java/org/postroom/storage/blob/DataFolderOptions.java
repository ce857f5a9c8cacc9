package org.postroom.storage.blob;

/**
 * Sizes of a data folder, in bytes.
 *
 * @param segment length at which the blob log starts a new segment
 * @param journal length of the redo journal at which a checkpoint is made
 * @param step how far ahead segments and the journal are preallocated
 * @param overlay writes of the database held in memory between two syncs; more go to the journal
 * @param small bodies up to this length travel through the journal, longer ones go to the segment
 *     and cost the batch a second sync
 */
public record DataFolderOptions(long segment, long journal, int step, int overlay, int small) {
  public static final DataFolderOptions DEFAULT =
      new DataFolderOptions(64L << 20, 32L << 20, 4 << 20, 8 << 20, 64 << 10);

  public DataFolderOptions {
    if (segment < 1 << 16
        || journal < 1 << 16
        || step < 1 << 12
        || overlay < 1 << 14
        || small < 0) {
      throw new IllegalArgumentException("sizes too small");
    }
  }
}
