package org.postroom.dist.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.trouble.Reason;

/**
 * Where a job has from what it logs in with: the first line of a file, or of what a program says.
 *
 * @param isToken whether it is a bearer token (RFC 6750), and no password
 * @param isSaid whether {@code path} is a program
 * @param arguments of the program
 */
record JobProof(boolean isToken, boolean isSaid, Path path, List<String> arguments) {
  JobProof {
    arguments = List.copyOf(arguments);
  }

  /** That of a file. */
  static JobProof inFile(boolean isToken, Path path) {
    return new JobProof(isToken, false, path, List.of());
  }

  /** Why it is not to be used: others may read the file, or change the program. */
  Optional<String> fault(List<String> unsafe) {
    if (!isSaid) {
      String what = path + (isToken ? " is a token and" : " is a password and");
      return Privacy.faultOfSecret(path, what, unsafe);
    }
    if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
      return Optional.of(path + " is no program that this user may run");
    }
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) {
      return Optional.empty();
    }
    try {
      PosixFileAttributes found = view.readAttributes();
      String owner = found.owner().getName();
      boolean isOurs =
          owner.equals("root") || ProcessHandle.current().info().user().equals(Optional.of(owner));
      boolean isOthers =
          found.permissions().contains(PosixFilePermission.GROUP_WRITE)
              || found.permissions().contains(PosixFilePermission.OTHERS_WRITE);
      return isOurs && !isOthers
          ? Optional.empty()
          : Optional.of(
              path
                  + " may be changed by others, and is run as this user: chown root, chmod go-w "
                  + path);
    } catch (IOException e) {
      return Optional.of(path + " cannot be looked at: " + Reason.text(e));
    }
  }
}
