package org.postroom.core.privacy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether a folder or a file is kept from other users of the machine. What is not is refused with
 * the remedy and never mended here: whoever named {@code /tmp} or a home by mistake would find that
 * nobody else can use it now. Where the file system knows no such permissions (Windows), its own
 * rules hold, and nothing is said.
 */
public final class Privacy {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /**
   * A group may read a secret: keys are handed to servers that way (Debian's {@code ssl-cert}).
   * Nobody but its owner may change it.
   */
  private static final Set<PosixFilePermission> SECRET =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_READ);

  private static final String ROOT = "root";

  private Privacy() {}

  /**
   * What is wrong with a folder that is for the user alone who runs this; empty when nothing is, or
   * when it is not there yet. Root is a user like others: what it put into somebody else's folder,
   * that one could not use.
   *
   * @param what the folder as an administrator calls it, its path included
   * @param holds what is in it, in the plural
   */
  public static Optional<String> faultOfFolder(Path folder, String what, String holds) {
    return faultOfFolder(folder, what, holds, user -> true);
  }

  /**
   * The same for a visitor, who looks into it, or asks the server whose it is, and puts nothing
   * there: root may do that in everybody's.
   */
  public static Optional<String> faultForVisitor(Path folder, String what, String holds) {
    return faultOfFolder(folder, what, holds, user -> !user.getName().equals(ROOT));
  }

  private static Optional<String> faultOfFolder(
      Path folder, String what, String holds, Predicate<UserPrincipal> needsIt) {
    if (!hasPermissions(folder) || !Files.isDirectory(folder)) {
      return Optional.empty();
    }
    PosixFileAttributes found = attributes(folder);
    if (!OWNER.containsAll(found.permissions())) {
      return Optional.of(
          what
              + " is open to other users ("
              + PosixFilePermissions.toString(found.permissions())
              + "), but "
              + holds
              + " in it are for the server's user alone: chmod 0700 "
              + folder);
    }
    return user(folder)
        .filter(user -> !user.equals(found.owner()) && needsIt.test(user))
        .map(
            user ->
                what
                    + " belongs to "
                    + found.owner().getName()
                    + ", but this runs as "
                    + user.getName()
                    + ": run it as "
                    + found.owner().getName()
                    + ", or chown -R "
                    + user.getName()
                    + " "
                    + folder);
  }

  /**
   * The same as {@link #faultOfSecret(Path, String)}, but for files that the administrator excepts.
   *
   * @param excepted their paths
   */
  public static Optional<String> faultOfSecret(
      Path file, String what, Collection<String> excepted) {
    return isAmong(excepted, file)
        ? Optional.empty()
        : faultOfSecret(file, what).map(fault -> fault + "; or name it in unsafe_files");
  }

  private static boolean isAmong(Collection<String> paths, Path file) {
    Path meant = file.toAbsolutePath().normalize();
    return paths.stream()
        .anyMatch(
            path -> file.getFileSystem().getPath(path).toAbsolutePath().normalize().equals(meant));
  }

  /**
   * What is wrong with a file that holds a secret; empty when nothing is, or when it is not there.
   *
   * @param what the file as an administrator calls it, its path included
   */
  public static Optional<String> faultOfSecret(Path file, String what) {
    if (!hasPermissions(file) || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Set<PosixFilePermission> found = attributes(file).permissions();
    if (SECRET.containsAll(found)) {
      return Optional.empty();
    }
    boolean read = found.contains(PosixFilePermission.OTHERS_READ);
    boolean written =
        found.contains(PosixFilePermission.OTHERS_WRITE)
            || found.contains(PosixFilePermission.GROUP_WRITE);
    return Optional.of(
        what
            + (read ? " can be read by everybody" : "")
            + (read && written ? " and" : "")
            + (written ? " can be changed by others" : "")
            + (read || written ? "" : " is open to other users")
            + " ("
            + PosixFilePermissions.toString(found)
            + "): chmod 0600 "
            + file
            + ", or 0640 with the server's group");
  }

  /** Who runs this, as the kernel says where it does; empty where nobody can tell. */
  private static Optional<UserPrincipal> user(Path near) {
    try {
      Path self = Path.of("/proc/self");
      if (Files.exists(self)) {
        return Optional.of(Files.getOwner(self));
      }
      Optional<String> name = ProcessHandle.current().info().user();
      return name.isEmpty()
          ? Optional.empty()
          : Optional.of(
              near.getFileSystem()
                  .getUserPrincipalLookupService()
                  .lookupPrincipalByName(name.get()));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static PosixFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, PosixFileAttributes.class);
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be examined", e);
    }
  }

  private static boolean hasPermissions(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
