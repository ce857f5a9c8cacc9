package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Settings;
import org.postroom.dist.config.ServerParams;

/**
 * The folder of keys and of the control socket beside a database ({@code storage_folder}): for the
 * server's own user alone.
 */
final class PrivateFolder {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFolder() {}

  /**
   * Refuses one that is there and that others can enter. It is not tightened: whoever named it by
   * mistake would find that nobody else can use it now.
   *
   * @throws BadConfiguration naming the parameter and what to do
   */
  static void check(Path folder, Settings settings) {
    if (!hasPermissions(folder) || !Files.isDirectory(folder)) {
      return;
    }
    try {
      Set<PosixFilePermission> found = Files.getPosixFilePermissions(folder);
      if (!OWNER.containsAll(found)) {
        throw new BadConfiguration(
            settings.fault(
                ServerParams.STORAGE_FOLDER,
                folder
                    + " is open to other users ("
                    + PosixFilePermissions.toString(found)
                    + "), but keys and the control socket in it are for the server's user alone:"
                    + " chmod 0700 "
                    + folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be examined", e);
    }
  }

  /** Makes it, and folders above it that are missing, where it is not there. */
  static void make(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            hasPermissions(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
                : new FileAttribute<?>[0]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be made", e);
    }
  }

  private static boolean hasPermissions(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
