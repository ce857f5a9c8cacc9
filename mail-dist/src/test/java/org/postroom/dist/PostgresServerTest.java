package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.PgBouncer;

/**
 * The whole server on PostgreSQL, directly and behind PgBouncer: one server at a time, and nothing
 * lost or doubled when it is stopped or the database is killed under load.
 */
@Tag("process")
@Tag("scaled")
final class PostgresServerTest {
  private static final int TEMPORARY = 75; // sysexits.h
  private static final int CONFIGURATION = 78;

  @TempDir private Path folder;
  private PostgresHouse database;
  private RelayHop hop;

  @BeforeEach
  void open() throws Exception {
    hop = RelayHop.open(Clock.systemUTC());
    database = PostgresHouse.start(folder);
  }

  @AfterEach
  void close() throws Exception {
    hop.close();
    database.close();
  }

  private Site site(String name, String url) throws Exception {
    Site site = new Site(Files.createDirectory(folder.resolve(name)));
    site.set("storage_url", url);
    site.set("relayhost", hop.name());
    site.set("smtpd_client_connection_count_limit", "0");
    return site;
  }

  /** {@code -Dpostroom.database.kills=10} for long. */
  @Test
  void aDatabaseThatIsKilledAndComesBackHasWhatWasPromisedOnce() throws Exception {
    killUnderLoad((load, server) -> load.checkInbox(server));
  }

  @Test
  void whatHasLeftWhileTheDatabaseWasAwayDoesNotLeaveAgain() throws Exception {
    killUnderLoad((load, server) -> load.checkNextHop(hop));
  }

  private interface Check {
    void of(MailLoad load, ServerProcess server) throws IOException;
  }

  private void killUnderLoad(Check check) throws Exception {
    int kills = Integer.getInteger("postroom.database.kills", 1);
    Site site = site("site", database.url());
    site.addAccounts(List.of("ada"));
    try (ServerProcess server = site.start()) {
      MailLoad load = MailLoad.begin(server, 0);
      try (load) {
        for (int kill = 0; kill < kills; kill++) {
          load.awaitGood(100);
          database.killAndStart();
        }
        load.awaitGood(100);
      }
      check.of(load, server);
      assertThat(server.isAlive()).isTrue();
    }
  }

  @Test
  void aSecondServerIsRefusedForNowDirectlyAndThroughAPooler() throws Exception {
    try (PgBouncer pooler = PgBouncer.start(folder, database.port(), "transaction")) {
      Site first = site("first", pooler.url("postgres"));
      try (ServerProcess server = first.start()) {
        for (String url : List.of(pooler.url("postgres"), database.url())) {
          ServerProcess.Outcome second =
              ServerProcess.run(
                  "serve", "-c", site("second" + url.hashCode(), url).mainCf().toString());

          assertThat(second.status()).as(second.said()).isEqualTo(TEMPORARY);
          assertThat(second.said()).contains("another server works in this database");
        }
        assertThat(server.isAlive()).isTrue();
      }
    }
  }

  @Test
  void aServerBehindAPoolerStopsUnderLoadAndStartsAgain() throws Exception {
    try (PgBouncer pooler = PgBouncer.start(folder, database.port(), "transaction")) {
      Site site = site("site", pooler.url("postgres"));
      site.set("minimal_backoff_time", "1s");
      site.addAccounts(List.of("ada"));
      for (int start = 0; start < 2; start++) {
        ServerProcess server = site.start();
        try (server;
            MailLoad load = MailLoad.begin(server, start * 1_000_000)) {
          load.awaitGood(100);
          server.stop();
          load.end();
          try (ServerProcess next = site.start()) {
            load.checkInbox(next);
            load.awaitNextHop(hop); // an attempt that the stop has cut may be made again
          }
        }
      }
    }
  }

  @Test
  void saysWhatToDoAboutAPoolerThatPoolsStatements() throws Exception {
    try (PgBouncer pooler = PgBouncer.start(folder, database.port(), "statement")) {
      ServerProcess.Outcome outcome =
          ServerProcess.run(
              "serve", "-c", site("site", pooler.url("postgres")).mainCf().toString());

      assertThat(outcome.status()).as(outcome.said()).isEqualTo(CONFIGURATION);
      assertThat(outcome.said()).contains("Set its pool_mode to transaction or session");
    }
  }
}
