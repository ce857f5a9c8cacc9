package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.UserOperations;

/** A server on PostgreSQL is asked and keeps its keys as one with a data folder of its own. */
@Tag("process")
final class PostgresSiteTest {
  @TempDir private Path folder;

  @Test
  void commandsReachAServerThatRuns() throws Exception {
    try (EmbeddedPostgres database = EmbeddedPostgres.start()) {
      Path mainCf = folder.resolve("main.cf");
      Files.writeString(
          mainCf,
          """
          myhostname = mail.example.org
          virtual_mailbox_domains = example.org
          storage_url = %s
          storage_folder = local
          listeners = imaps:0
          """
              .formatted(database.getJdbcUrl("postgres", "postgres")));
      Optional<String> authority;

      try (MailServer server = described(mainCf).start()) {
        authority = server.authority();
        described(mainCf)
            .inside()
            .ask(
                UserOperations.ADD,
                new UserOperations.NewPassword(List.of("ada@example.org"), Secret.of("secret")));

        assertThat(server.inside().accounts().byLogin("ada@example.org")).isPresent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(local())))
            .isEqualTo("rwx------");
      }

      assertThat(
              described(mainCf).inside().ask(UserOperations.LIST, new Operation.Nothing()).logins())
          .containsExactly("ada@example.org");
      try (MailServer server = described(mainCf).start()) {
        assertThat(server.authority()).isPresent().isEqualTo(authority);
      }
    }
  }

  @Test
  void refusesAFolderThatOthersCanEnterBeforeTheDatabaseIsAsked() throws Exception {
    Path mainCf = folder.resolve("main.cf");
    Files.writeString(
        mainCf,
        """
        myhostname = mail.example.org
        storage_url = jdbc:postgresql://127.0.0.1:1/nobody
        storage_folder = local
        listeners = imaps:0
        """);
    Files.createDirectory(local());
    Files.setPosixFilePermissions(local(), PosixFilePermissions.fromString("rwxr-x---"));

    assertThatThrownBy(() -> described(mainCf).start())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("main.cf, line 3: storage_folder")
        .hasMessageContaining("chmod 0700 " + local());
    assertThat(local()).isEmptyDirectory();
  }

  private Path local() {
    return folder.resolve("local");
  }

  private static ServerBuilder described(Path mainCf) {
    return MailServer.builder().configuration(mainCf).bind(InetAddress.getLoopbackAddress());
  }
}
