package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.storage.StorageFault;

class H2Test {

  @Test
  void asksTheClassesThatAreThere() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
      assertThat(connection.getMetaData().getDatabaseProductVersion())
          .startsWith(H2.version() + " (");
    }
    H2.require(H2.version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.5.252", "2.4.241", "2.4.240-SNAPSHOT", "2.3.232", "unknown"})
  void refusesOtherVersionsAndSaysWhatToDo(String found) {
    assertThatThrownBy(() -> H2.require(found))
        .isInstanceOf(StorageFault.class)
        .hasMessageContaining("H2 " + found + " ")
        .hasMessageContaining("com.h2database:h2:2.4.240")
        .satisfies(e -> assertThat(((StorageFault) e).mayPass()).isFalse());
  }
}
