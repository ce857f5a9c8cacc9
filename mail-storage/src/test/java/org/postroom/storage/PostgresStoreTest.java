package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresStoreTest extends StoreBehaviour {
  @TempDir Path folder;

  @Override
  Storage place() {
    return PostgresServer.freshDatabase();
  }

  @Test
  void letsOneServerIntoADatabaseAtATime() {
    Storage place = place();

    try (SqlStorage store = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      assertThat(store.accounts().list()).isEmpty();
      assertThatThrownBy(
              () -> SqlStorage.open(place, Clock.systemUTC(), new SecureRandom()).close())
          .isInstanceOf(StorageFault.class)
          .hasMessageContaining("another server");
    }
    SqlStorage.open(place, Clock.systemUTC(), new SecureRandom()).close();
  }

  @Test
  void saysWhichDatabaseCannotBeReached() {
    Storage nowhere = Storage.postgres("jdbc:postgresql://127.0.0.1:1/mail", "mail", "secret");

    assertThatThrownBy(() -> SqlStorage.open(nowhere, Clock.systemUTC(), new SecureRandom()))
        .isInstanceOf(StorageFault.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/mail")
        .hasMessageNotContaining("secret");
  }
}
