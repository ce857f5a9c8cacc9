package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.postroom.core.privacy.Privacy;

/**
 * Folders and files for the server's own user alone, from their first moment and whatever the umask
 * is. Where the file system knows no such permissions (Windows), its own rules hold.
 */
final class OwnersOnly {
  private static final FileAttribute<?>[] NONE = {};

  private OwnersOnly() {}

  /** Makes a folder, and those above it that are missing: mode 0700. */
  static void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder, attribute(folder.getFileSystem(), "rwx------"));
  }

  /** Opens a file; one that is new has mode 0600. */
  static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attribute(file.getFileSystem(), "rw-------"));
  }

  /** Makes a file that is not there yet: mode 0600. */
  static void createFile(Path file) throws IOException {
    Files.createFile(file, attribute(file.getFileSystem(), "rw-------"));
  }

  /** Refuses a folder that other users can get into, or that is another user's. */
  static void check(Path folder) {
    Privacy.faultOfFolder(
            folder, "data folder " + folder, "mail, password hashes and the control socket")
        .ifPresent(
            fault -> {
              throw new DataFolderExposed(fault);
            });
  }

  private static FileAttribute<?>[] attribute(FileSystem system, String permissions) {
    return hasPermissions(system)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : NONE;
  }

  private static boolean hasPermissions(FileSystem system) {
    return system.supportedFileAttributeViews().contains("posix");
  }
}
