package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The only way to the files of a data folder, so that a power cut can be simulated under it. */
interface Disk {

  /** Opens for reading and writing; creates the file (durably named) when it is missing. */
  DiskFile open(Path file) throws IOException;

  /**
   * Whether there is a file.
   *
   * @throws IOException when that cannot be said
   */
  boolean exists(Path file) throws IOException;

  void delete(Path file) throws IOException;

  /** The names in a folder, sorted; none when the folder is missing. */
  List<String> list(Path folder) throws IOException;

  /** Makes a folder, and those above it, durably named; for the server's user alone. */
  void createFolder(Path folder) throws IOException;

  /** Replaces a small file as a whole and durably: afterwards it has the old or the new bytes. */
  void replace(Path file, byte[] bytes) throws IOException;

  /** The bytes that this process may still write below {@code folder}. */
  long usableBytes(Path folder) throws IOException;
}
