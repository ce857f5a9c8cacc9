package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.dist.assembly.OsHost;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.control.Control;

final class ClientCapacityTest {
  private final Settings settings =
      Settings.builder(Parts.standard().params())
          .set("myhostname", "mail.example.org")
          .set(ServerParams.SESSIONS.name(), "20000")
          .build();

  /** Whatever the limit, clients leave the house its part of it. */
  @ParameterizedTest
  @CsvSource({"300, 150", "1024, 512", "4096, 600", "20000, 600"})
  void clientsLeaveTheHouseItsDescriptors(int limit, int house) {
    ClientCapacity capacity = ClientCapacity.on(settings, OptionalInt.of(limit));

    assertThat(capacity.limits(settings, new MemoryBudget(1 << 20)).channels())
        .isLessThanOrEqualTo(limit - house)
        .isGreaterThan(capacity.sessions());
    assertThat(capacity.warning().orElseThrow())
        .contains(String.valueOf(limit))
        .contains("20000 of session_limit");
  }

  /** One of them who holds what he gets must not take what the store lacks. */
  @Test
  void usersOfThisMachineHaveDescriptorsOfTheirOwn() {
    Settings reached =
        Settings.builder(Parts.standard().params())
            .set("myhostname", "mail.example.org")
            .set(ServerParams.SESSIONS.name(), "20000")
            .set(ServerParams.SUBMIT_SOCKET.name(), "/run/postroom/submit")
            .build();

    ClientCapacity capacity = ClientCapacity.on(reached, OptionalInt.of(20_000));

    assertThat(capacity.limits(reached, new MemoryBudget(1 << 20)).channels())
        .isLessThanOrEqualTo(20_000 - 600 - Control.DESCRIPTORS_OF_EVERYBODY);
  }

  @Test
  void saysNothingWhereThereIsEnough() {
    assertThat(ClientCapacity.on(settings, OptionalInt.of(1 << 20)))
        .isEqualTo(ClientCapacity.on(settings, OptionalInt.empty()));
    assertThat(ClientCapacity.on(settings, OptionalInt.empty()).sessions()).isEqualTo(20_000);
    assertThat(ClientCapacity.on(settings, OptionalInt.of(23_101)).warning()).isEmpty();
    assertThat(ClientCapacity.on(settings, OptionalInt.of(23_000)).warning().orElseThrow())
        .contains("need 23101");
  }

  @Test
  void readsTheLimitOfTheProcess() {
    String before = "Limit                     Soft Limit           Hard Limit           Units";

    assertThat(OsHost.descriptors(List.of(before, "Max open files  300   4096   files")))
        .hasValue(300);
    assertThat(OsHost.descriptors(List.of(before, "Max open files  unlimited unlimited files")))
        .isEmpty();
    assertThat(OsHost.descriptors(List.of(before))).isEmpty();
  }
}
