package org.postroom.dist.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.BadValue;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.machine.MachineUsers;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * As whom programs may run. A server that is root gives up what it is before the program begins, by
 * setpriv(1), and never runs one as root; any other server can run programs as its own user alone.
 */
final class Identities {
  private static final long ROOT = 0;

  /**
   * Where the memory is used up that a server has with its programs, the kernel ends the programs:
   * the server could not be told from them by its size. Where it cannot be said so, it is not.
   */
  static final List<String> GONE_FIRST =
      List.of(
          "/bin/sh",
          "-c",
          "{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null; exec \"$@\"",
          "sh");

  private final MachineUsers users;
  private final long self;
  private final List<Path> folders;

  /**
   * Those of a machine.
   *
   * @param self the number of the user whose process this is; -1 where that is not known
   * @param folders where programs of the system are
   */
  Identities(MachineUsers users, long self, List<Path> folders) {
    this.users = users;
    this.self = self;
    this.folders = List.copyOf(folders);
  }

  /** Those of this machine, for this process. */
  static Identities ofThisProcess() {
    return new Identities(
        MachineUsers.ofThisMachine(),
        self(),
        List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin")));
  }

  private static long self() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          ? Integer.toUnsignedLong(uid)
          : -1;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return -1;
    }
  }

  /**
   * One that a parameter names.
   *
   * @param text {@code user} or {@code user:group}, names or numbers
   * @throws BadValue where no program may or can run as he, with the reason
   */
  Identity of(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    return known(
        () -> {
          MachineUser user = users.find(name).orElseThrow(() -> nobody(name));
          return as(user, colon < 0 ? user.group() : group(text.substring(colon + 1)));
        });
  }

  /**
   * The user who is called so, whatever number that is.
   *
   * @throws BadValue as {@link #of}
   */
  Identity ofUser(String name) {
    return known(
        () -> {
          MachineUser user = whoIs(name);
          return as(user, user.group());
        });
  }

  private MachineUser whoIs(String name) {
    return users.named(name).orElseThrow(() -> nobody(name));
  }

  private static Identity known(Supplier<Identity> found) {
    try {
      return found.get();
    } catch (LookupUnavailable e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }

  private static BadValue nobody(String name) {
    return new BadValue("\"" + name + "\" is no user of this machine");
  }

  private long group(String name) {
    return users
        .group(name)
        .orElseThrow(() -> new BadValue("\"" + name + "\" is no group of this machine"));
  }

  /**
   * The user who has a file, with the group that may make files in its folder: as a rule he may not
   * make one himself in a spool.
   *
   * @throws BadValue as {@link #of}
   */
  Identity ofOwner(String name, Path folder) {
    try {
      boolean isSpool =
          Files.getPosixFilePermissions(folder).contains(PosixFilePermission.GROUP_WRITE)
              && !Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE);
      if (!isSpool || self != ROOT) {
        return ofUser(name);
      }
      String group = String.valueOf(Files.getAttribute(folder, "unix:gid"));
      return known(() -> as(whoIs(name), group(group)));
    } catch (IOException | UnsupportedOperationException e) {
      return ofUser(name);
    }
  }

  private Identity as(MachineUser user, long group) {
    if (user.number() == ROOT || group == ROOT) {
      throw new BadValue("no program that takes mail runs as root");
    }
    return new Identity(user, group, user.number() == self, launcher(user, group));
  }

  private List<String> launcher(MachineUser user, long group) {
    List<String> launcher = new ArrayList<>();
    if (self == ROOT) {
      launcher.addAll(
          List.of(
              tool("setpriv")
                  .orElseThrow(
                      () ->
                          new BadValue(
                              "setpriv of util-linux is not there, without which the server, which"
                                  + " is root, runs no programs")),
              "--reuid=" + user.number(),
              "--regid=" + group,
              "--clear-groups",
              "--"));
    } else if (user.number() != self || group != user.group()) {
      throw new BadValue(
          "the server is not root: it runs programs as its own user alone, which is "
              + users.find(Long.toString(self)).map(MachineUser::name).orElse("number " + self)
              + " with that user's own group");
    }
    // A session of its own, so that all that it starts can be killed with it.
    tool("setsid").ifPresent(setsid -> launcher.add(0, setsid));
    launcher.addAll(0, GONE_FIRST);
    return launcher;
  }

  private Optional<String> tool(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString);
  }
}
