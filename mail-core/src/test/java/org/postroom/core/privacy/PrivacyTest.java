package org.postroom.core.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrivacyTest {
  @TempDir private Path folder;

  private Path file(String permissions) throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "s3cret");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"r--------", "rw-------", "rwx------", "r--r-----", "rw-r-----"})
  void aSecretMayBeReadByItsOwnerAndAGroup(String permissions) throws Exception {
    assertThat(Privacy.faultOfSecret(file(permissions), "the key")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rw-rw----", "rw-r--r--", "rw-rw-rw-", "rw----r--", "rw-----w-", "rwxrwx---"})
  void aSecretThatOthersReadOrChangeIsRefusedWithTheRemedy(String permissions) throws Exception {
    Path file = file(permissions);

    assertThat(Privacy.faultOfSecret(file, "the key").orElseThrow())
        .startsWith("the key ")
        .contains("(" + permissions + ")")
        .contains("chmod 0600 " + file);
  }

  @Test
  void aSecretIsExceptedByItsPath() throws Exception {
    Path file = file("rw-rw-rw-");

    assertThat(Privacy.faultOfSecret(file, "it", List.of("/other", folder + "/./secret")))
        .isEmpty();
    assertThat(Privacy.faultOfSecret(file, "it", List.of(folder + "/secrets")).orElseThrow())
        .endsWith("; or name it in unsafe_files");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxr-x---", "rwx--x--x", "rwxrwxrwt"})
  void aFolderIsForItsOwnerAlone(String permissions) throws Exception {
    Files.setPosixFilePermissions(
        folder, PosixFilePermissions.fromString(permissions.replace('t', 'x')));

    assertThat(Privacy.faultOfFolder(folder, "folder F", "keys").orElseThrow())
        .startsWith("folder F is open to other users (rwx")
        .endsWith("keys in it are for the server's user alone: chmod 0700 " + folder);

    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    assertThat(Privacy.faultOfFolder(folder, "folder F", "keys")).isEmpty();
  }

  @Test
  void aFolderOfSomebodyElseIsRefusedEvenForRoot() throws Exception {
    boolean root = Files.getAttribute(folder, "unix:uid").equals(0);
    assumeTrue(root, "only root can give a folder away");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(folder, "unix:uid", 12_345);

    assertThat(Privacy.faultOfFolder(folder, "folder F", "keys").orElseThrow())
        .startsWith(
            "folder F belongs to 12345, but this runs as root: run it as 12345, or chown -R")
        .endsWith(folder.toString());
    assertThat(Privacy.faultForVisitor(folder, "folder F", "keys")).isEmpty();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(Privacy.faultForVisitor(folder, "folder F", "keys").orElseThrow())
        .startsWith("folder F is open to other users");
  }

  @Test
  void whatIsNotThereIsNoFault() {
    assertThat(Privacy.faultOfFolder(folder.resolve("none"), "", "")).isEmpty();
    assertThat(Privacy.faultOfSecret(folder.resolve("none"), "")).isEmpty();
  }
}
