package org.postroom.dist.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.MasterCf;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Outgoing;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.report.BadConfiguration;

/** How much of a service there may be. */
final class ServiceLimitsTest {

  private static ServiceLimits limits(String processes, Map<String, String> settings) {
    Settings.Builder builder =
        Settings.builder(ProgramParams.ALL, QueueParams.ALL).transports(List.of("list"));
    settings.forEach(builder::set);
    MasterCf master =
        MasterCf.parse(
            "master.cf", "list unix - n n - " + processes + " pipe user=x argv=/bin/cat\n");
    return ServiceLimits.of(new Outgoing.Service(master.services().get(0), builder.build()));
  }

  @Test
  void isThatOfAllUnlessItHasItsOwn() {
    assertThat(limits("-", Map.of()))
        .isEqualTo(new ServiceLimits(Duration.ofSeconds(1000), 50, 50));
    assertThat(
            limits(
                "-",
                Map.of("command_time_limit", "60s", "default_destination_recipient_limit", "9")))
        .isEqualTo(new ServiceLimits(Duration.ofSeconds(60), 9, 50));
    assertThat(
            limits("3", Map.of("list_time_limit", "5m", "list_destination_recipient_limit", "1")))
        .isEqualTo(new ServiceLimits(Duration.ofMinutes(5), 1, 3));
  }

  @ParameterizedTest
  @CsvSource({"-, 7", "0, 7", "3, 3", "100, 7"})
  void isNeverMoreThanOfAllTogether(String processes, int most) {
    assertThat(limits(processes, Map.of("program_process_limit", "7")).processes()).isEqualTo(most);
  }

  @ParameterizedTest
  @CsvSource({"list_time_limit, soon", "list_time_limit, 0"})
  void saysWhatIsNone(String name, String value) {
    assertThatThrownBy(() -> limits("-", Map.of(name, value)))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("list/unix")
        .hasMessageContaining(value);
  }
}
