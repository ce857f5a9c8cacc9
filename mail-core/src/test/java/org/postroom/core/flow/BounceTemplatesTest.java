package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;

/** Words of notifications from a file (bounce(5)). */
@Timeout(60)
class BounceTemplatesTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("bounce.cf"), text);
  }

  /** One whose notifications have the words of this file. */
  private static FlowHouse.Plan house(Path file) {
    return FlowHouse.standing(Duration.ofSeconds(20))
        .reporting("bounce_template_file", file.toString());
  }

  @Test
  void readsWhatPostfixReads() {
    BounceTemplates templates =
        BounceTemplates.parse(
            "bounce.cf",
            """
            # A comment, and an empty line

            failure_template = <<EOF
            Charset: us-ascii
            FROM: MAILER-DAEMON (Mail Delivery System)
            Subject: Undelivered: see below
            Postmaster-Subject: Postmaster Copy

            # This is text, at $myhostname.
              It costs $$5.

            The end
            EOF

            delay_template=<< STOP
            Subject: Late

            EOF
            STOP
            """);

    assertThat(templates.templates()).containsOnlyKeys("failure_template", "delay_template");
    BounceTemplates.Template failure = templates.of("failure_template");
    assertThat(failure.from()).contains("MAILER-DAEMON (Mail Delivery System)");
    assertThat(failure.subject()).contains("Undelivered: see below");
    assertThat(failure.postmasterSubject()).contains("Postmaster Copy");
    assertThat(failure.text().orElseThrow().with(Map.of("myhostname", "mx.test")))
        .isEqualTo("# This is text, at mx.test.\n  It costs $5.\n\nThe end");
    assertThat(templates.of("delay_template").text().orElseThrow().text()).isEqualTo("EOF");
    assertThat(templates.of("success_template")).isEqualTo(BounceTemplates.Template.NONE);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("hello\n", "line 1: expected the beginning of a template"),
        Arguments.of("\n# x\nfailure_template = EOF\n", "line 3: expected the beginning"),
        Arguments.of(
            "failed_template = <<EOF\nEOF\n", "line 1: \"failed_template\" is no template"),
        Arguments.of(
            "\ndelay_template = <<EOF\nSubject: x\n\ntext\n",
            "line 2: delay_template has no end: expected a line \"EOF\""),
        Arguments.of(
            "delay_template = <<E\n\nE\ndelay_template = <<E\n\nE\n",
            "line 4: delay_template is there twice"),
        Arguments.of(
            "delay_template = <<E\nSubject: x\n more\n\nE\n", "line 3: expected a field in ASCII"),
        Arguments.of(
            "delay_template = <<E\nReply-To: x\n\nE\n",
            "line 2: \"Reply-To\" is no field of a template"),
        Arguments.of(
            "delay_template = <<E\nFrom: a\nfrom: b\n\nE\n", "line 3: from is there twice"),
        Arguments.of(
            "delay_template = <<E\nSubject: gr\u00fc\u00df\n\nE\n",
            "line 2: expected a field in ASCII"),
        Arguments.of(
            "delay_template = <<E\nSubject: x\n\na\ngr\u00fc\u00df\nE\n",
            "line 5: the text is not ASCII: expected a field \"Charset: utf-8\""),
        Arguments.of(
            "delay_template = <<E\nSubject: x\nCharset: klingon\n\nE\n",
            "line 3: \"klingon\" is no charset that is known here"),
        Arguments.of(
            "delay_template = <<E\nCharset: utf-16\n\nE\n",
            "expected a charset that has ASCII in it"),
        Arguments.of(
            "delay_template = <<E\n\ncosts 5 $\nE\n", "line 3: in the text of delay_template: $"),
        Arguments.of(
            "delay_template = <<E\n\n${myhostname\nE\n", "line 3: in the text of delay_template:"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void saysWhereAFaultIs(String text, String fault) {
    assertThatThrownBy(() -> BounceTemplates.parse("/etc/bounce.cf", text))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("/etc/bounce.cf, ")
        .hasMessageContaining(fault);
  }

  @Test
  void aFaultIsOneOfTheConfiguration() throws IOException {
    Path file = file("delay_template = <<E\nReply-To: x\n\nE\n");
    Settings.Builder settings =
        Settings.builder(FlowParams.ALL).set("bounce_template_file", file.toString());

    assertThatThrownBy(settings::build)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("bounce_template_file")
        .hasMessageContaining(file + ", line 2: \"Reply-To\" is no field");
    Files.delete(file);
    assertThatThrownBy(settings::build).hasMessageContaining("cannot read " + file);
  }

  @Test
  void whatTheFileSaysStandsInNotifications() throws IOException {
    byte[] text =
        """
        failure_template = <<EOF
        Charset: iso-8859-1
        From: postoffice (The post office)
        Subject: It is back

        Gr\u00fc\u00dfe from ${myhostname}, $mydomain, $nobody.
        Given up after $maximal_queue_lifetime_days days, $maximal_queue_lifetime_weeks week.
        EOF
        """
            .getBytes(ISO_8859_1);
    Path file = Files.write(folder.resolve("bounce.cf"), text);
    try (FlowHouse house = house(file).open()) {
      house.refuses("far.test");
      house.send("bob@far.test");
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox())
          .singleElement()
          .asString()
          .contains("\r\nFrom: The post office <postoffice@mail.here.test>\r\n")
          .contains("\r\nSubject: It is back\r\n")
          .contains(
              "\r\n\r\nGr\u00fc\u00dfe from mail.here.test, here.test, .\r\n"
                  + "Given up after 5 days, 1 week.\r\n\r\n<bob@far.test>: ");
    }
  }

  /** Postfix's own templates write it in the first form. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mail Delivery System <MAILER-DAEMON> | Mail Delivery System <MAILER-DAEMON@mail.here.test>",
        "<postoffice> | <postoffice@mail.here.test>",
        "\"A <b> c\" <d@far.test> | \"A <b> c\" <d@far.test>",
        "MAILER-DAEMON | MAILER-DAEMON@mail.here.test",
      })
  void anAddressWithoutADomainIsAtMyorigin(String from, String field) throws IOException {
    Path file = file("failure_template = <<EOF\nFrom: " + from + "\n\ntext\nEOF\n");
    try (FlowHouse house = house(file).open()) {
      house.refuses("far.test");
      house.send("bob@far.test");
      house.time.advance(Duration.ofSeconds(2));

      assertThat(house.inbox()).singleElement().asString().contains("\r\nFrom: " + field + "\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"0h, 0", "1h, 1", "90m, 2", "4h, 4"})
  void aTimeIsToldInBegunUnits(String time, String hours) throws IOException {
    Path file = file("delay_template = <<EOF\n\nafter $delay_warning_time_hours hours\nEOF\n");
    try (FlowHouse house = house(file).reporting("delay_warning_time", time).open()) {
      house.dead("far.test");
      house.send("bob@far.test");
      house.time.advance(Duration.ofHours(6));

      assertThat(house.inbox())
          .isEqualTo(List.of(house.inbox().get(0)))
          .first()
          .asString()
          .contains("after " + hours + " hours\r\n");
    }
  }

  @Test
  void aTemplateMayBeEmpty() throws IOException {
    assertThat(BounceTemplates.read(file("failure_template = <<EOF\nEOF\n").toString()).templates())
        .containsOnlyKeys("failure_template");
    assertThat(BounceTemplates.read("")).isEqualTo(BounceTemplates.NONE);
  }
}
