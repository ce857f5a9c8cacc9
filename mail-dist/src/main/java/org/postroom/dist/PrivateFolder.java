package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.BadConfiguration;

/**
 * The folder of keys and of the control socket beside a database ({@code storage_folder}): for the
 * server's own user alone.
 */
final class PrivateFolder {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");

  private static final String HOLDS = "mail, keys and the control socket";

  private PrivateFolder() {}

  /**
   * Refuses one that is there and that others can enter, or that is another user's.
   *
   * @param named the parameter that names it
   * @throws BadConfiguration naming the parameter and what to do
   */
  static void check(Path folder, Settings settings, Param<?> named) {
    Privacy.faultOfFolder(folder, "data folder " + folder, HOLDS)
        .ifPresent(
            fault -> {
              throw new BadConfiguration(settings.fault(named, fault));
            });
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
