package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.machine.MachineUsers;

/** As whom programs run. */
final class IdentitiesTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeUsers() throws IOException {
    Files.writeString(
        folder.resolve("passwd"),
        """
        root:x:0:0:root:/root:/bin/bash
        toor:x:0:0::/root:/bin/sh
        list:x:38:38:Lists:/var/list:/usr/sbin/nologin
        wheel:x:39:0::/:/bin/sh
        broken:x:many:38::/:/bin/sh
        short:x:40
        41:x:42:38::/:/bin/sh
        other:x:41:38::/:/bin/sh
        """);
    Files.writeString(folder.resolve("group"), "root:x:0:\nlist:x:38:\nmail:x:8:list\n");
  }

  private Identities of(long self) {
    return new Identities(new MachineUsers(folder), self, List.of(folder));
  }

  private void tool(String name) throws IOException {
    Files.createFile(
        folder.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  @ParameterizedTest
  @CsvSource({"list, 38", "38, 38", "list:mail, 8", "38:8, 8"})
  void rootGivesUpWhatItIs(String text, long group) throws IOException {
    tool("setpriv");
    tool("setsid");

    Identity identity = of(0).of(text);

    assertThat(identity.user().name()).isEqualTo("list");
    assertThat(behindGoneFirst(identity.running(List.of("/bin/cat", "x"))))
        .containsExactly(
            folder + "/setsid",
            folder + "/setpriv",
            "--reuid=38",
            "--regid=" + group,
            "--clear-groups",
            "--",
            "/bin/cat",
            "x");
  }

  /** A name may look like the number of another. */
  @Test
  void aUserIsKnownByHisNameAlone() throws IOException {
    tool("setpriv");

    assertThat(of(0).ofUser("41").user().number()).isEqualTo(42);
    assertThat(of(0).of("41").user().number()).isEqualTo(42);
    assertThat(of(0).of("42").user().name()).isEqualTo("41");
    assertThatThrownBy(() -> of(0).ofUser("38")).isInstanceOf(BadValue.class);
  }

  @Test
  void anyOtherRunsProgramsAsItself() {
    assertThat(behindGoneFirst(of(38).of("list").running(List.of("/bin/cat"))))
        .containsExactly("/bin/cat");
  }

  private static List<String> behindGoneFirst(List<String> words) {
    int before = Identities.GONE_FIRST.size();
    assertThat(words.subList(0, before)).isEqualTo(Identities.GONE_FIRST);
    return words.subList(before, words.size());
  }

  /** Where memory is short, the kernel ends it and not the server. */
  @Test
  @Tag("process")
  void aProgramIsTheFirstToGo() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/oom_score_adj")), "no such kernel");
    Process process =
        new ProcessBuilder(
                of(38).of("list").running(List.of("/bin/cat", "/proc/self/oom_score_adj", "a b")))
            .directory(folder.toFile())
            .start();

    assertThat(new String(process.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("1000\n");
    assertThat(new String(process.getErrorStream().readAllBytes(), US_ASCII))
        .as("its words are its own")
        .contains("a b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0  | root       | no program that takes mail runs as root",
        "0  | toor       | no program that takes mail runs as root",
        "0  | 0          | no program that takes mail runs as root",
        "0  | list:root  | no program that takes mail runs as root",
        "0  | wheel      | no program that takes mail runs as root",
        "0  | nemo       | \"nemo\" is no user of this machine",
        "0  | broken     | \"broken\" is no user of this machine",
        "0  | short      | \"short\" is no user of this machine",
        "0  | list:nemo  | \"nemo\" is no group of this machine",
        "0  | list       | setpriv of util-linux is not there",
        "38 | root       | no program that takes mail runs as root",
        "38 | list:mail  | the server is not root: it runs programs as its own user alone, which is"
            + " list",
        "77 | list       | the server is not root: it runs programs as its own user alone, which is"
            + " number 77",
      })
  void nobodyElseIsPossible(long self, String text, String why) {
    assertThatThrownBy(() -> of(self).of(text))
        .isInstanceOfSatisfying(BadValue.class, e -> assertThat(e.reason()).startsWith(why));
  }

  @Test
  void saysWhereItCannotLook() throws IOException {
    Files.delete(folder.resolve("passwd"));

    assertThatThrownBy(() -> of(0).of("list"))
        .isInstanceOfSatisfying(
            BadValue.class, e -> assertThat(e.reason()).contains("passwd cannot be read"));
  }
}
