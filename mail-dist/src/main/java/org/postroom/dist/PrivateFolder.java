package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.config.ServerParams;
import org.postroom.storage.Storage;

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
   * Refuses one that is there and that others can enter, or that is another user's, unless this is
   * root, who may ask a server of any user.
   *
   * @throws BadConfiguration naming the parameter and what to do
   */
  static void checkForVisitor(Path folder, Settings settings, Storage where) {
    refuse(Privacy.faultForVisitor(folder, what(folder), HOLDS), settings, where);
  }

  /**
   * Refuses one that is another user's for root too, before anything is opened or made in it.
   *
   * @throws BadConfiguration naming the parameter and what to do
   */
  static void check(Optional<Path> folder, Settings settings, Storage where) {
    refuse(folder.flatMap(path -> Privacy.faultOfFolder(path, what(path), HOLDS)), settings, where);
  }

  private static String what(Path folder) {
    return "data folder " + folder;
  }

  private static void refuse(Optional<String> fault, Settings settings, Storage where) {
    Param<?> named =
        where instanceof Storage.H2 ? ServerParams.STORAGE_URL : ServerParams.STORAGE_FOLDER;
    if (fault.isPresent()) {
      throw new BadConfiguration(settings.fault(named, fault.get()));
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
