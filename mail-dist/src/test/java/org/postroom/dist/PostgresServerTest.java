package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.PgBouncer;
import org.postroom.dist.applet.AppletRun;

/**
 * The whole server on PostgreSQL, directly and behind PgBouncer: one server at a time, and nothing
 * lost or doubled when it is stopped or the database is killed under load.
 */
@Tag("process")
@Tag("scaled")
final class PostgresServerTest {
  private static final int TEMPORARY = 75; // sysexits.h
  private static final int CONFIGURATION = 78;

  private static PostgresHouse postgres;

  @TempDir private Path folder;
  private String database;
  private RelayHop hop;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    postgres = PostgresHouse.start(data);
  }

  @AfterAll
  static void stop() throws Exception {
    postgres.close();
  }

  @BeforeEach
  void open() throws Exception {
    hop = RelayHop.open(Clock.systemUTC());
    database = postgres.freshDatabase();
  }

  @AfterEach
  void close() {
    hop.close();
  }

  private PgBouncer pooler(String mode) throws Exception {
    return PgBouncer.start(folder, postgres.port(), mode);
  }

  private Site site(String name, String url) throws Exception {
    Site site = new Site(Files.createDirectory(folder.resolve(name)));
    site.set("storage_url", url);
    site.set("relayhost", hop.name());
    site.set("smtpd_client_connection_count_limit", "0");
    return site;
  }

  /**
   * And what has left while the database was away does not leave again. {@code
   * -Dpostroom.database.kills=10} for long.
   */
  @Test
  void aDatabaseThatIsKilledAndComesBackHasWhatWasPromisedOnce() throws Exception {
    int kills = Integer.getInteger("postroom.database.kills", 1);
    Site site = site("site", postgres.url(database));
    site.addAccounts(List.of("ada"));
    try (ServerProcess server = site.start()) {
      MailLoad load = MailLoad.begin(server, 0);
      try (load) {
        for (int kill = 0; kill < kills; kill++) {
          load.awaitGood(100);
          postgres.killAndStart();
        }
        load.awaitGood(100);
      }
      load.checkInbox(server);
      load.checkNextHop(hop);
      assertThat(server.isAlive()).isTrue();
    }
  }

  @Test
  @Timeout(120) // one that is not refused would run
  void aSecondServerIsRefusedForNowDirectlyAndThroughAPooler() throws Exception {
    try (PgBouncer pooler = pooler("transaction")) {
      Site first = site("first", pooler.url(database));
      try (ServerProcess server = first.start()) {
        for (String url : List.of(pooler.url(database), postgres.url(database))) {
          AppletRun second =
              AppletRun.of("serve", "-c", site("second" + url.hashCode(), url).mainCf().toString());

          assertThat(second.status()).as(second.said()).isEqualTo(TEMPORARY);
          assertThat(second.said()).contains("another server works in this database");
        }
        assertThat(server.isAlive()).isTrue();
      }
    }
  }

  @Test
  void aServerBehindAPoolerStopsUnderLoadAndStartsAgain() throws Exception {
    try (PgBouncer pooler = pooler("transaction")) {
      Site site = site("site", pooler.url(database));
      site.set("minimal_backoff_time", "1s");
      site.addAccounts(List.of("ada"));
      ServerProcess server = site.start();
      try {
        for (int stop = 0; stop < 2; stop++) {
          try (MailLoad load = MailLoad.begin(server, stop * 1_000_000)) {
            load.awaitGood(100);
            server.stop();
            load.end();
            server = site.start();
            load.checkInbox(server);
            load.awaitNextHop(hop); // an attempt that the stop has cut may be made again
          }
        }
      } finally {
        server.close();
      }
    }
  }

  @Test
  @Timeout(120) // one that is not refused would run
  void saysWhatToDoAboutAPoolerThatPoolsStatements() throws Exception {
    try (PgBouncer pooler = pooler("statement")) {
      AppletRun outcome =
          AppletRun.of("serve", "-c", site("site", pooler.url(database)).mainCf().toString());

      assertThat(outcome.status()).as(outcome.said()).isEqualTo(CONFIGURATION);
      assertThat(outcome.said()).contains("Set its pool_mode to transaction or session");
    }
  }
}
