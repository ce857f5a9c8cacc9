package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.config.BadValue;

/** Templates of notifications as they are shown to who wants to write others. */
final class BounceListingTest {
  private static final Map<String, String> VALUES =
      Map.of(
          "myhostname", "mx.test",
          "mydomain", "test",
          "delay_warning_time", "90m",
          "maximal_queue_lifetime", "5d");

  @TempDir private Path folder;
  private final List<String> undefined = new ArrayList<>();

  private String texts(BounceListing listing) {
    return listing.texts(name -> Optional.ofNullable(VALUES.get(name)), undefined::add);
  }

  @Test
  void whatIsUsualIsShownAsAFileHasIt() {
    assertThat(BounceListing.read("").templates())
        .startsWith(
            """
            failure_template = <<EOF
            Charset: us-ascii
            From: Mail Delivery System <MAILER-DAEMON>
            Subject: Undelivered Mail Returned to Sender
            Postmaster-Subject: Postmaster Copy: Undelivered Mail

            This is the mail system at host $myhostname.

            Your message could not be delivered for these recipients:
            EOF

            delay_template = <<EOF
            """)
        .endsWith(
            """
            it again: it is tried until it arrives or expires.
            EOF

            # Without this text a report says which it was: delivered, passed on, or expanded.
            success_template = <<EOF
            Charset: us-ascii
            From: Mail Delivery System <MAILER-DAEMON>
            Subject: Successful Mail Delivery Report

            This is the mail system at host $myhostname.

            Your message was delivered, or passed on, for these recipients:
            EOF
            """)
        .doesNotContain("verify_template");
  }

  @Test
  void whatIsShownIsAFileThatSaysTheSame() throws IOException {
    Path file = folder.resolve("bounce.cf");
    Files.write(
        file,
        """
        verify_template = <<EOF
        Subject: Asked

        EOF
        failure_template = <<STOP
        Charset: iso-8859-1
        From: postoffice (The post office)

        Gr\u00fc\u00dfe from ${myhostname}, $$5
        EOF
        EOF_

        STOP
        """
            .getBytes(ISO_8859_1));
    String shown = BounceListing.read(file.toString()).templates();

    Path saved = Files.writeString(folder.resolve("saved.cf"), shown, UTF_8);

    assertThat(shown)
        .contains(
            "failure_template = <<EOF__\nCharset: utf-8\nFrom: postoffice (The post office)\n")
        .contains("\nEOF_\n\nEOF__\n\ndelay_template = <<EOF\n")
        .contains("\nverify_template = <<EOF\nCharset: us-ascii\n");
    assertThat(BounceListing.read(saved.toString()).templates())
        .isEqualTo(shown.replaceAll("(?m)^#.*\n", ""));
    assertThat(BounceTemplates.read(saved.toString()).of("failure_template").text())
        .isEqualTo(BounceTemplates.read(file.toString()).of("failure_template").text());
    Map<String, BounceTemplates.Template> usual =
        BounceTemplates.parse("", BounceListing.read("").templates()).templates();
    assertThat(usual).containsOnlyKeys("failure_template", "delay_template", "success_template");
    BounceTemplates.Template delay = requireNonNull(usual.get("delay_template"));
    assertThat(delay.text().orElseThrow().with(VALUES) + "\n")
        .isEqualTo(UsualWords.DELAYED.text("mx.test"));
  }

  @Test
  void textsAreShownWithWhatNamesStandFor() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("bounce.cf"),
            """
            delay_template = <<EOF

            $delay_warning_time_hours hours of $maximal_queue_lifetime_days days,
            $$myhostname is $(myhostname)${nobody?, not here}${nobody:, here}
            $nobody and ${ nothing }
            EOF
            """);

    assertThat(texts(BounceListing.read(file.toString())))
        .startsWith("expanded_failure_text = <<EOF\nThis is the mail system at host mx.test.\n\n")
        .contains(
            """
            expanded_delay_text = <<EOF
            2 hours of 5 days,
            $myhostname is mx.test, here
             and\s
            EOF

            expanded_success_text = <<EOF
            """);
    assertThat(undefined)
        .containsExactly(
            "undefined $nobody in delay_template", "undefined $nothing in delay_template");
  }

  @Test
  void aTimeThatIsNoneAndAFileThatIsNoneAreFaults() {
    assertThatThrownBy(
            () -> BounceListing.read("").texts(name -> Optional.of("soon"), undefined::add))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("delay_warning_time");
    assertThatThrownBy(() -> BounceListing.read(folder.resolve("none").toString()))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("cannot read " + folder.resolve("none"));
  }

  /** A device says no size. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void whatDoesNotEndIsNoFile() {
    assertThatThrownBy(() -> BounceListing.read("/dev/zero"))
        .isInstanceOf(BadValue.class)
        .hasMessageContaining("/dev/zero: expected a file of at most 1048576 octets");
  }
}
