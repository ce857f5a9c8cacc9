package org.postroom.dist;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.Transcript;
import org.postroom.storage.Storage;

/**
 * The transcripts of all protocols, with the whole server on a real PostgreSQL, by connections of
 * the application: one database and its warm connections for one server after the other.
 */
@Tag("two-clocks")
@Timeout(60)
@DisabledIfSystemProperty(named = "postroom.transcripts", matches = "h2")
@Tag("process")
@Tag("scaled")
final class TranscriptsOnPostgresTest {
  private static EmbeddedPostgres postgres;
  private static HikariDataSource connections;

  static List<Arguments> transcripts() {
    return Protocol.allTranscripts();
  }

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().setServerConfig("shared_buffers", "32MB").start();
    HikariConfig config = new HikariConfig();
    config.setDataSource(postgres.getPostgresDatabase());
    connections = new HikariDataSource(config);
  }

  @AfterAll
  static void stop() throws IOException {
    connections.close();
    postgres.close();
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void goOverTls(Protocol protocol, Transcript transcript) {
    WholeHouse.play(protocol, transcript, true, Storage.postgres(connections));
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  @EnabledIfSystemProperty(named = "postroom.transcripts", matches = "everywhere")
  void goOverTcp(Protocol protocol, Transcript transcript) {
    WholeHouse.play(protocol, transcript, false, Storage.postgres(connections));
  }
}
