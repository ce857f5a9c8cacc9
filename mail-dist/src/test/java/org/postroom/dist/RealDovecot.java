package org.postroom.dist;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Debian's Dovecot, over a Maildir for each user below {@code home} of a folder. It needs root, and
 * a test without it is left out.
 */
final class RealDovecot {
  private final Process process;

  private RealDovecot(Process process) {
    this.process = process;
  }

  /**
   * Starts it with users of any name, who all have one password; where it listens it may be reached
   * a moment later.
   *
   * @param protocols of which each has a program of its name
   * @param passwords what its static passdb says of them
   * @param services where it listens, with {@code FOLDER} for the folder
   */
  static RealDovecot start(Path folder, List<String> protocols, String passwords, String services)
      throws IOException {
    return start(
        folder,
        protocols,
        """
        mail_location = maildir:FOLDER/home/%n
        passdb {
          driver = static
          args = PASSWORDS
        }
        userdb {
          driver = static
          args = uid=mail gid=mail home=FOLDER/home/%n allow_all_users=yes
        }
        """
                .replace("PASSWORDS", passwords)
            + services);
  }

  /**
   * The same with users of its own.
   *
   * @param own who they are, where their mail is, and where it listens
   */
  static RealDovecot start(Path folder, List<String> protocols, String own) throws IOException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/dovecot"))
            && protocols.stream()
                .allMatch(one -> Files.isExecutable(Path.of("/usr/lib/dovecot").resolve(one)))
            && "root".equals(System.getProperty("user.name")),
        "Dovecot with " + protocols + ", as root");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    String conf =
        """
        base_dir = FOLDER/run
        state_dir = FOLDER/run
        log_path = FOLDER/log
        listen = 127.0.0.1
        protocols = PROTOCOLS
        ssl = no
        disable_plaintext_auth = no
        mail_fsync = never
        mail_uid = mail
        mail_gid = mail
        first_valid_uid = 0
        first_valid_gid = 0
        """
            + own;
    Path file =
        Files.writeString(
            folder.resolve("dovecot.conf"),
            conf.replace("PROTOCOLS", String.join(" ", protocols))
                .replace("FOLDER", folder.toString()));
    return new RealDovecot(
        new ProcessBuilder("/usr/sbin/dovecot", "-F", "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"))
            .start());
  }

  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("Dovecot does not end");
    }
  }
}
