package org.postroom.core.auth.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.AccountSourceContract;

/** The system's users, from files as systems have them. */
final class SystemUsersTest extends AccountSourceContract {
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/bash
      daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
      ada:x:1000:1000:Ada Lovelace,,,:/home/ada:/usr/sbin/nologin
      eve:x:1001:1001::/home/eve:/bin/sh
      max:x:2000:2000::/home/max:/bin/sh
      old:abbEVgpWph7eI:1002:1002::/home/old:/bin/sh
      who::1003:1003::/home/who:/bin/sh
      """;

  /** All of "secret"; yescrypt, as current systems have it. */
  private static final String HASH = "$y$j9T$abcdefgh$IUWJt2doU4Kf6E/JP1UkAT3S5O3Q7SSA8SJirXIlEu9";

  private static final String SHADOW =
      "root:"
          + HASH
          + ":19000:0:99999:7:::\n"
          + "daemon:*:19000:0:99999:7:::\n"
          + "ada:"
          + HASH
          + ":19000:0:99999:7:::\n"
          + "eve:"
          + HASH
          + ":19000:0:99999:7::19100:\n"
          + "max:!"
          + HASH
          + ":19000:0:99999:7::99999:\n";

  /** Day 20000 since 1970. */
  private static final Clock NOW =
      Clock.fixed(Instant.ofEpochSecond(20_000L * 86_400 + 7_000), ZoneOffset.UTC);

  @TempDir private Path folder;

  private final List<String> warnings = new ArrayList<>();

  private SystemUsers open() {
    return SystemUsers.open(
        folder, new HashLimits(64 * 1024), uid -> uid >= 500 && uid <= 60_000, NOW, warnings);
  }

  @Override
  protected AccountSource source() {
    try {
      Files.writeString(folder.resolve("passwd"), PASSWD);
      Files.writeString(folder.resolve("shadow"), SHADOW);
      return open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected String called(String user) {
    return user;
  }

  @ParameterizedTest
  @CsvSource({
    "root, false, true", // its number is too low to log in
    "daemon, false, false",
    "ada, true, true", // whose shell says nothing of mail
    "eve, false, true", // has expired
    "max, true, false", // is locked
    "who, true, false"
  })
  void mailIsTakenForAllAndSomeLogIn(String name, boolean mayLogIn, boolean hasPassword) {
    Person person = source().find(name).orElseThrow();

    assertThat(person.mayLogIn()).isEqualTo(mayLogIn);
    assertThat(person.proof().matches(Secret.of("secret"))).isEqualTo(hasPassword);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aPasswordMayStandWhereItStoodOnce() {
    assertThat(source().find("old").orElseThrow().proof().matches(Secret.of("Grüße 12"))).isTrue();
  }

  /** As a server that does not run as root finds it. */
  @Test
  void withoutShadowMailIsTakenAndNobodyLogsIn() throws IOException {
    Files.writeString(folder.resolve("passwd"), PASSWD);
    SystemUsers users = open();

    assertThat(users.find("ada").orElseThrow().proof()).isSameAs(Proof.NONE);
    assertThat(users.recall("ada").orElseThrow()).isPresent();
    assertThat(warnings).singleElement().asString().contains("cannot be read by this process");
  }
}
