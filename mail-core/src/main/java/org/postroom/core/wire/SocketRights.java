package org.postroom.core.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;

/**
 * Whose a socket in the file system is, and so who may connect: whoever may write to it.
 *
 * @param owner empty for the user of this process
 * @param group empty for the one that the system gives
 */
public record SocketRights(
    Set<PosixFilePermission> mode, Optional<UserPrincipal> owner, Optional<GroupPrincipal> group) {

  /** The user of this process, and root. */
  public static final SocketRights OWNER_ONLY = of("rw-------");

  /** Every user of this machine. */
  public static final SocketRights EVERYBODY = of("rw-rw-rw-");

  public SocketRights {
    mode = Set.copyOf(mode);
  }

  private static SocketRights of(String mode) {
    return new SocketRights(
        PosixFilePermissions.fromString(mode), Optional.empty(), Optional.empty());
  }

  /**
   * The same for a socket that had other ones: what is left to the system is as that gave it to
   * {@code fresh}.
   */
  SocketRights asIfNew(Path fresh) throws IOException {
    PosixFileAttributes given =
        Files.readAttributes(fresh, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return new SocketRights(
        mode,
        owner.or(() -> Optional.of(given.owner())),
        group.or(() -> Optional.of(given.group())));
  }

  /** Gives them to a socket, whose name nobody else may have given to anything else. */
  void to(Path path) throws IOException {
    PosixFileAttributeView file =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (file == null) {
      throw new IOException("this system knows no owner and mode of a file");
    }
    if (group.isPresent()) {
      file.setGroup(group.get());
    }
    Files.setPosixFilePermissions(path, mode);
    if (owner.isPresent()) {
      file.setOwner(owner.get()); // last: afterwards it may not be ours to change any more
    }
  }
}
