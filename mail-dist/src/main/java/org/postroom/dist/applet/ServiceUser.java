package org.postroom.dist.applet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.config.ServerParams;

/**
 * As whom a server runs that root starts in the background: whoever owns its data folder, with the
 * right to ports below 1024 and no other of root's. A unit of systemd says the same of it there.
 *
 * @param folder the data folder
 * @param found its owner and group
 */
record ServiceUser(Path folder, PosixFileAttributes found) {
  private static final Path SELF = Path.of("/proc/self");
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final String ROOT = "root";
  private static final String RIGHTS = "-all,+net_bind_service";

  /** Nobody where this is not root, or the folder is root's, or not there yet. */
  static Optional<ServiceUser> of(Checked server) throws IOException {
    Optional<Path> folder = server.folder().filter(Files::isDirectory);
    if (folder.isEmpty()
        || !Files.exists(SELF)
        || !Files.getOwner(SELF).getName().equals(ROOT)
        || !Files.isExecutable(SETPRIV)) {
      return Optional.empty();
    }
    PosixFileAttributes found = Files.readAttributes(folder.get(), PosixFileAttributes.class);
    return found.owner().getName().equals(ROOT)
        ? Optional.empty()
        : Optional.of(new ServiceUser(folder.get(), found));
  }

  /** What stands before the command that is to run as that user. */
  List<String> words() {
    return List.of(
        SETPRIV.toString(),
        "--reuid=" + found.owner().getName(),
        "--regid=" + found.group().getName(),
        "--init-groups",
        "--inh-caps=" + RIGHTS,
        "--ambient-caps=" + RIGHTS,
        "--bounding-set=" + RIGHTS);
  }

  /**
   * Makes the folder of {@code submit_socket} for that user, where it is missing: {@code /run} is
   * empty after each start of a machine.
   */
  void makeRoom(Checked server) throws IOException {
    Optional<Path> sockets = server.settings().get(ServerParams.SUBMIT_SOCKET).map(Path::getParent);
    if (sockets.isEmpty() || Files.exists(sockets.get())) {
      return;
    }
    Path made =
        Files.createDirectory(
            sockets.get(),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    PosixFileAttributeView view = Files.getFileAttributeView(made, PosixFileAttributeView.class);
    view.setPermissions(PosixFilePermissions.fromString("rwxr-xr-x")); // whatever umask says
    view.setGroup(found.group());
    view.setOwner(found.owner());
  }
}
