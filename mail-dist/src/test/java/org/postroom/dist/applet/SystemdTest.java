package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.refusal.WireFault;

/** What the service manager is told, by its environment. */
final class SystemdTest {
  private static final long PID = 812;

  private final List<String> told = new ArrayList<>();

  @Test
  void tellsItsSocketWhatBecomesOfTheServer() {
    Systemd systemd = systemd(Map.of("NOTIFY_SOCKET", "/run/systemd/notify"));

    systemd.ready("Postroom listens: smtp 25");
    systemd.alive();
    systemd.stopping();

    assertThat(told)
        .containsExactly(
            "/run/systemd/notify READY=1\nMAINPID=812\nSTATUS=Postroom listens: smtp 25",
            "/run/systemd/notify WATCHDOG=1",
            "/run/systemd/notify STOPPING=1");
  }

  @Test
  void saysWhenAReloadBegan() {
    systemd(Map.of("NOTIFY_SOCKET", "@x")).reloading();

    assertThat(told).singleElement().asString().matches("@x RELOADING=1\nMONOTONIC_USEC=\\d+");
  }

  /** A status with lines would be other statements. */
  @Test
  void aStatusIsOneLine() {
    Systemd systemd = systemd(Map.of("NOTIFY_SOCKET", "@x"));

    systemd.ready("one\nMAINPID=1");
    systemd.is("two\nMAINPID=1");

    assertThat(told)
        .containsExactly(
            "@x READY=1\nMAINPID=812\nSTATUS=one MAINPID=1", "@x STATUS=two MAINPID=1");
  }

  @Test
  void withoutASocketNobodyIsTold() {
    Systemd systemd = systemd(Map.of("WATCHDOG_USEC", "60000000"));

    systemd.ready("x");
    systemd.alive();

    assertThat(told).isEmpty();
    assertThat(systemd.signsEvery()).isEmpty();
  }

  @Test
  void whatCannotBeToldStopsNothing() {
    Systemd systemd =
        new Systemd(
            Map.of("NOTIFY_SOCKET", "@x"),
            PID,
            (socket, content) -> {
              throw new WireFault("Cannot tell " + socket);
            });

    systemd.ready("x");
    systemd.alive();
  }

  /** sd_watchdog_enabled(3): a third of the time, so that one sign may be late. */
  @ParameterizedTest
  @CsvSource({
    "60000000, , PT20S",
    "60000000, 812, PT20S",
    "60000000, 813, ",
    ", , ",
    "0, , ",
    "-5, , ",
    "soon, , ",
    "99999999999999999999, , ",
    "9223372036854775807, , ",
  })
  void givesSignsThriceInTheTimeThatItWaits(String micros, String process, Duration every) {
    Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", "@x"));
    if (micros != null) {
      environment.put("WATCHDOG_USEC", micros);
    }
    if (process != null) {
      environment.put("WATCHDOG_PID", process);
    }

    assertThat(systemd(environment).signsEvery().orElse(null)).isEqualTo(every);
  }

  private Systemd systemd(Map<String, String> environment) {
    return new Systemd(
        environment, PID, (socket, content) -> told.add(socket + " " + new String(content, UTF_8)));
  }
}
