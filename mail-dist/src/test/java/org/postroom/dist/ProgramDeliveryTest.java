package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.postroom.dist.ProgramHouse.ADA;
import static org.postroom.dist.ProgramHouse.USER;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Until;

/** Mail goes to programs, where master.cf says so and somebody has allowed it. */
@Timeout(60)
final class ProgramDeliveryTest {
  private static final String ALL_DOMAINS =
      "inline:{ {list.test = list:hub.test}, {each.test = each:}, {slow.test = slow:} }";

  @TempDir private Path folder;

  private ProgramHouse house() throws IOException {
    return new ProgramHouse(folder)
        .set("transport_maps", ALL_DOMAINS)
        .set("recipient_delimiter", "+")
        .set("program_delivery_enable", "yes");
  }

  /** With the flags and words, and a script that writes down what it gets. */
  private ProgramHouse list(ProgramHouse house, String flags, String words, String script)
      throws IOException {
    return house.service(
        "list",
        "-",
        flags + " user=" + USER + " argv=" + house.script("list", script) + " " + words);
  }

  @Test
  void aProgramGetsTheMailAndItsWords() throws Exception {
    try (ProgramHouse house =
        list(
            house(),
            "flags=DFORhu.>",
            "$sender ${recipient} $user $extension $domain ${nexthop} $size",
            "cat >got; echo \"$@\" >words; id -un >who; env >environment; pwd >where")) {
      house.start();

      house.send("Ada+News@list.test");
      house.awaitEmptyQueue();

      assertThat(house.text("words"))
          .matches(ADA + " ada\\+news@list.test ada news list.test hub.test [0-9]+\n");
      assertThat(house.text("got").lines().limit(4))
          .element(0, STRING)
          .matches("From " + ADA + "  ... ... [ 0-9][0-9] ..:..:.. 20..");
      assertThat(house.text("got"))
          .contains(
              "\nReturn-Path: <"
                  + ADA
                  + ">\nX-Original-To: Ada+News@list.test\n"
                  + "Delivered-To: Ada+News@list.test\nReceived: ")
          .contains("\nSubject: hello\n")
          .endsWith("\n\n>From here\n..dot\n");
      assertThat(house.text("who")).isEqualTo(USER + "\n");
      assertThat(house.text("environment"))
          .contains("MAIL_CONFIG=" + folder + "\n", "PATH=/usr/bin:/bin\n")
          .doesNotContain("HOME=", "USER=", "JAVA");
    }
  }

  @Test
  void aProgramHearsHowTheMailWasHandedIn() throws Exception {
    try (ProgramHouse house =
        list(
            house().set("smtpd_sasl_auth_enable", "yes"),
            "",
            "x$client_port x$sasl_method x$sasl_username x$sasl_sender x$client_protocol",
            "echo \"$@\" >words")) {
      house.start();
      String both = "\0" + ADA + "\0correct horse";
      try (SmtpDialogue dialogue = SmtpDialogue.open(house.server().address(Role.MX))) {
        dialogue.say("EHLO client.example");
        dialogue.say("AUTH PLAIN " + Base64.getEncoder().encodeToString(both.getBytes(US_ASCII)));
        dialogue.say("MAIL FROM:<" + ADA + "> AUTH=first+40far.test");
        dialogue.say("RCPT TO:<a@list.test>");
        dialogue.say("DATA");
        assertThat(dialogue.content(out -> out.write("x\r\n".getBytes(US_ASCII))))
            .startsWith("250");
      }
      house.awaitEmptyQueue();

      assertThat(house.text("words"))
          .matches("x[0-9]{4,5} xPLAIN x" + ADA + " xfirst@far\\.test xESMTP\n");
    }
  }

  @Test
  void noShellSeesAnAddress() throws Exception {
    String hostile = "\"$(touch pwned);`touch pwned`|touch pwned&>'x'\\\"\"@list.test";
    try (ProgramHouse house =
        list(
            house(),
            "flags=q",
            "-- $recipient ${original_recipient}",
            "printf '%s\\n' \"$@\" >words")) {
      house.start();

      house.send(hostile);
      house.awaitEmptyQueue();

      assertThat(house.text("words")).isEqualTo("--\n" + hostile + "\n" + hostile + "\n");
      assertThat(folder.resolve("pwned")).doesNotExist();
    }
  }

  @Test
  void severalRecipientsStandBesideEachOtherOrEachIsOne() throws Exception {
    try (ProgramHouse house =
        list(house(), "", "$recipient", "echo $(printf '%s\\n' \"$@\" | sort) >>runs")) {
      house
          .service(
              "each",
              "1",
              "user="
                  + USER
                  + " argv="
                  + house.script("each", "echo $1 >>each.runs")
                  + " $recipient")
          .set("each_destination_recipient_limit", "1")
          .start();

      house.send("a@list.test", "b@list.test", "a@each.test", "b@each.test");
      house.awaitEmptyQueue();

      assertThat(house.text("runs")).isEqualTo("a@list.test b@list.test\n");
      assertThat(house.text("each.runs").lines())
          .containsExactlyInAnyOrder("a@each.test", "b@each.test");
    }
  }

  @Test
  void whatTheProgramSaysHolds() throws Exception {
    try (ProgramHouse house = list(house(), "", "", "echo 'disk is full'; exit 75")) {
      house.start();

      house.send("a@list.test");

      assertThat(house.reason()).isEqualTo("4.3.0 temporary failure. Command output: disk is full");
    }
  }

  @Test
  void whomItDoesNotKnowTheSenderHearsOf() throws Exception {
    try (ProgramHouse house = list(house(), "", "", "echo 'nobody is called so'; exit 67")) {
      house.start();

      house.send("a@list.test");

      assertThat(house.report())
          .contains("user unknown. Command output: nobody is called so")
          .contains("Status: 5.1.1");
      house.awaitEmptyQueue();
    }
  }

  /** A program that sends mail back to the same address would never come to an end. */
  @Test
  void mailThatRunsInACircleIsReturned() throws Exception {
    try (ProgramHouse house = list(house(), "flags=D", "", "cat >got")) {
      house.start();
      try (SmtpDialogue dialogue = SmtpDialogue.open(house.server().address(Role.MX))) {
        dialogue.say("MAIL FROM:<" + ADA + ">");
        dialogue.say("RCPT TO:<a@list.test>");
        dialogue.say("DATA");
        dialogue.content(
            out -> out.write("Delivered-To: A@list.test\r\n\r\nx\r\n".getBytes(US_ASCII)));
      }

      assertThat(house.report()).contains("mail forwarding loop for a@list.test");
      assertThat(folder.resolve("got")).doesNotExist();
    }
  }

  @Test
  @Tag("process")
  void twoHundredMailsGetThroughAFewProcesses() throws Exception {
    try (ProgramHouse house = house()) {
      house
          .service(
              "list",
              "3",
              "user="
                  + USER
                  + " argv="
                  + house.script(
                      "list",
                      "mkdir slot.1 2>/dev/null && s=1; [ -n \"$s\" ] ||"
                          + " { mkdir slot.2 2>/dev/null && s=2; }; [ -n \"$s\" ] ||"
                          + " { mkdir slot.3 2>/dev/null && s=3; };"
                          + " [ -n \"$s\" ] || echo $1 >>toomany; echo $1 >>runs; rmdir slot.$s")
                  + " $user")
          .start();

      try (SmtpDialogue dialogue = SmtpDialogue.open(house.server().address(Role.MX))) {
        for (int i = 0; i < 200; i++) {
          dialogue.say("MAIL FROM:<" + ADA + ">");
          dialogue.say("RCPT TO:<u" + i + "@list.test>");
          dialogue.say("DATA");
          assertThat(dialogue.content(out -> out.write("x: y\r\n\r\n".getBytes(US_ASCII))))
              .startsWith("250");
        }
      }
      house.awaitEmptyQueue();

      assertThat(house.text("runs").lines().distinct()).hasSize(200);
      assertThat(house.text("runs").lines()).as("none twice").hasSize(200);
      assertThat(house.text("toomany")).as("beside three others").isEmpty();
    }
  }

  @Test
  void programsEndWithTheServer() throws Exception {
    long program;
    try (ProgramHouse house =
        list(
            house(), "", "", "trap '' TERM HUP; sleep 1000 & echo $$ >pid; cat >/dev/null; wait")) {
      house.start();
      house.send("a@list.test");
      Until.so(() -> house.text("pid").endsWith("\n"));
      program = Long.parseLong(house.text("pid").strip());
      assertThat(ProcessHandle.of(program)).isPresent();
    }

    Until.so(() -> !ProcessHandle.of(program).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void nothingIsRunUnlessSomebodyHasAllowedIt() throws Exception {
    try (ProgramHouse house =
        list(house().set("program_delivery_enable", "no"), "", "", "touch ran")) {
      house.start();

      house.send("a@list.test");

      assertThat(house.reason())
          .isEqualTo(
              "4.3.5 mail transport unavailable: no programs get mail here:"
                  + " program_delivery_enable = no");
      assertThat(folder.resolve("ran")).doesNotExist();
    }
  }

  @Test
  void aParameterThatNamesWhatCannotBeRunIsAFault() throws Exception {
    ProgramHouse off = list(new ProgramHouse(folder).set("default_transport", "list"), "", "", "");
    assertThatThrownBy(off.described()::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("master.cf, line 1")
        .hasMessageContaining("list/unix")
        .hasMessageContaining("program_delivery_enable = no");

    for (List<String> words :
        List.of(
            List.of("user=root argv=/bin/cat", "no program that takes mail runs as root"),
            List.of("user=no.such.user argv=/bin/cat", "\"no.such.user\" is no user"),
            List.of("user=" + USER + " argv=/bin/cat ${nobody}", "${nobody} stands for nothing"))) {
      ProgramHouse wrong =
          new ProgramHouse(folder)
              .set("program_delivery_enable", "yes")
              .set("relay_transport", "list")
              .service("list", "-", words.get(0));
      assertThatThrownBy(wrong.described()::check)
          .isInstanceOf(BadConfiguration.class)
          .hasMessageContaining("master.cf, line 1")
          .hasMessageContaining(words.get(1));
    }
  }

  /** Files that come with systems have services whose users are not there. */
  @Test
  void whatNobodySendsMailToIsNoFault() throws Exception {
    ProgramHouse house =
        new ProgramHouse(folder)
            .set("program_delivery_enable", "yes")
            .service("maildrop", "-", "flags=DRXhu user=no.such.user argv=/usr/bin/maildrop");

    assertThat(house.described().check()).noneMatch(line -> line.contains("maildrop"));
  }
}
