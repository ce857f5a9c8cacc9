package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.report.Place;

final class MasterCfTest {

  private static MasterCf read(String text) {
    return MasterCf.parse("master.cf", text);
  }

  @Test
  void aServiceIsNameTypeLimitProgramAndWhatHoldsForItAlone() {
    MasterCf master =
        read(
            """
            # comment
            smtp      inet  n       -       y       -       -       smtpd
            465       inet  n       -       y       -       20      smtpd -v
              -o syslog_name=postfix/smtps
            # between
              -o { smtpd_relay_restrictions = permit_sasl_authenticated, reject }
              -o smtpd_client_restrictions= -osmtpd_tls_wrappermode=yes
            maildrop  unix  -       n       n       -       -       pipe
              flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient} -o x=y
            """);

    assertThat(master.faults()).isEmpty();
    assertThat(master.services())
        .containsExactly(
            new MasterCf.Service(
                "smtp",
                "inet",
                false,
                "-",
                "smtpd",
                List.of(),
                List.of(),
                new Place("master.cf", 2)),
            new MasterCf.Service(
                "465",
                "inet",
                false,
                "20",
                "smtpd",
                List.of(
                    entry("syslog_name", "postfix/smtps", 3),
                    entry("smtpd_relay_restrictions", "permit_sasl_authenticated, reject", 3),
                    entry("smtpd_client_restrictions", "", 3),
                    entry("smtpd_tls_wrappermode", "yes", 3)),
                List.of("-v"),
                new Place("master.cf", 3)),
            new MasterCf.Service(
                "maildrop",
                "unix",
                true,
                "-",
                "pipe",
                List.of(),
                List.of(
                    "flags=DRXhu",
                    "user=vmail",
                    "argv=/usr/bin/maildrop",
                    "-d",
                    "${recipient}",
                    "-o",
                    "x=y"),
                new Place("master.cf", 8)));
  }

  private static MainCf.Entry entry(String name, String value, int line) {
    return new MainCf.Entry(name, value, new Place("master.cf", line));
  }

  @Test
  void theLaterOfTwoServicesCounts() {
    MasterCf master =
        read(
            "smtp inet n - y - - smtpd -o a=1\nsmtp unix - - y - - smtp\nsmtp inet n - y - 1 smtpd\n");

    assertThat(master.services())
        .extracting(MasterCf.Service::key, MasterCf.Service::processes)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("smtp/inet", "1"),
            org.assertj.core.groups.Tuple.tuple("smtp/unix", "-"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smtp inet n - y - | expected name, type, private",
        "smtp tcp n - y - - smtpd | smtp/tcp: expected one of inet, unix, pass, but found tcp",
        "smtp inet n - y - many smtpd | expected - or a number of processes, but found many",
        "smtp inet n - y - - smtpd -o nothing | expected -o name=value, but found \"-o nothing\"",
        "smtp inet n - y - - smtpd -o | expected -o name=value",
        "smtp inet n - y - - smtpd -o { a = b | a closing brace is missing",
      })
  void whatIsNoServiceIsAFaultWithItsLine(String line, String words) {
    MasterCf master = read("\n" + line);

    assertThat(master.faults())
        .singleElement()
        .asString()
        .startsWith("master.cf, line 2: ")
        .contains(words);
  }
}
