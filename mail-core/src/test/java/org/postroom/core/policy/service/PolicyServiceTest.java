package org.postroom.core.policy.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;

/** How policy services are written. */
final class PolicyServiceTest {
  private static final Settings SETTINGS =
      Settings.read(
          List.of(PolicyParams.ALL),
          MainCf.parse("main.cf", "smtpd_policy_service_try_limit = 3\n"),
          Map.of());

  @ParameterizedTest
  @CsvSource({
    "inet:127.0.0.1:10023, 127.0.0.1, 10023, inet:127.0.0.1:10023",
    "inet:[::1]:10023, ::1, 10023, inet:[::1]:10023",
    "inet:policy.example.org:9, policy.example.org, 9, inet:policy.example.org:9",
    "inet:10023, localhost, 10023, inet:localhost:10023",
  })
  void aServerByTcp(String written, String host, int port, String name) {
    PolicyService service = PolicyService.of(written, SETTINGS);

    assertThat(service.peer()).isEqualTo(new PolicyService.Peer.Inet(host, port));
    assertThat(service).hasToString(name);
  }

  @Test
  void aServerAtASocket() {
    assertThat(PolicyService.of("unix:/run/policy", SETTINGS).peer())
        .isEqualTo(new PolicyService.Peer.Unix(Path.of("/run/policy")));
  }

  @Test
  void withoutOptionsTheSettingsCount() {
    PolicyService service = PolicyService.of("inet:127.0.0.1:1", SETTINGS);

    assertThat(service.limits())
        .isEqualTo(
            new PolicyService.Limits(
                Duration.ofSeconds(100),
                Duration.ofSeconds(300),
                Duration.ofSeconds(1000),
                0,
                3,
                Duration.ofSeconds(1)));
    assertThat(service.defaultAction()).isEqualTo("451 4.3.5 Server configuration problem");
    assertThat(service.context()).isEmpty();
  }

  @Test
  void optionsStandAboveSettings() {
    PolicyService service =
        PolicyService.of(
            "inet:127.0.0.1:1, timeout=10s, max_idle=1m max_ttl=2h, request_limit = 7"
                    .replace(" = ", "=")
                + ", try_limit=1, retry_delay=5s, { default_action = DEFER not now },"
                + " policy_context=submission",
            SETTINGS);

    assertThat(service.limits())
        .isEqualTo(
            new PolicyService.Limits(
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofHours(2),
                7,
                1,
                Duration.ofSeconds(5)));
    assertThat(service.defaultAction()).isEqualTo("DEFER not now");
    assertThat(service.context()).isEqualTo("submission");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp:127.0.0.1:1 | expected inet:host:port or unix:path: tcp:127.0.0.1:1",
        "127.0.0.1:1 | expected inet:host:port or unix:path: 127.0.0.1:1",
        "inet:127.0.0.1:0 | expected inet:host:port: inet:127.0.0.1:0",
        "inet:127.0.0.1:smtp | expected inet:host:port: inet:127.0.0.1:smtp",
        "inet:127.0.0.1:65536 | expected inet:host:port: inet:127.0.0.1:65536",
        "inet:1, sleep=1 | not an option of a policy service: sleep=1",
        "inet:1, timeout | not an option of a policy service: timeout",
      })
  void whatNamesNoServerIsRefused(String written, String why) {
    assertThatThrownBy(() -> PolicyService.of(written, SETTINGS))
        .isInstanceOf(BadValue.class)
        .hasMessage(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"inet:1, timeout=0s", "inet:1, try_limit=0", "inet:1, timeout=soon"})
  void optionsHaveTheBoundsOfTheirParameters(String written) {
    assertThatThrownBy(() -> PolicyService.of(written, SETTINGS)).isInstanceOf(BadValue.class);
  }

  @Test
  void aSocketInAnothersQueueDirectoryIsNotFound() {
    assertThatThrownBy(() -> PolicyService.of("unix:private/policy", SETTINGS))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("write its socket's whole path");
  }
}
