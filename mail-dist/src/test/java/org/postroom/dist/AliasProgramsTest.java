package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.dist.ProgramHouse.ADA;
import static org.postroom.dist.ProgramHouse.USER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;

/** Aliases name programs and files, and these get mail where somebody has allowed it. */
@Timeout(60)
@Tag("seconds")
final class AliasProgramsTest {
  private static final String HERE = "@mail.example.org";

  @TempDir private Path folder;

  private ProgramHouse house(String aliases) throws IOException {
    Files.writeString(folder.resolve("aliases"), aliases.replace("FOLDER", folder.toString()));
    return new ProgramHouse(folder)
        .set("alias_maps", "hash:" + folder.resolve("aliases"))
        .set("recipient_delimiter", "+")
        .set("default_privs", USER)
        .set("program_delivery_enable", "yes")
        .set("file_delivery_enable", "yes");
  }

  @Test
  void aProgramGetsTheMailBesideOthers() throws Exception {
    try (ProgramHouse house = house("list: \"|FOLDER/list a b\", " + ADA + "\n")) {
      house.script("list", "cat >got; echo \"$# $1 $2\" >words; env >environment; id -un >who");
      house.start();

      house.send("List+x" + HERE);
      house.awaitEmptyQueue();

      assertThat(house.report()).contains("Subject: hello");
      assertThat(house.text("words")).isEqualTo("2 a b\n");
      assertThat(house.text("who")).isEqualTo(USER + "\n");
      assertThat(house.text("got"))
          .startsWith("From " + ADA + "  ")
          .contains(
              "\nReturn-Path: <"
                  + ADA
                  + ">\nX-Original-To: List+x"
                  + HERE
                  + "\nDelivered-To: List+x"
                  + HERE
                  + "\nReceived: ")
          .endsWith("\n\nFrom here\n.dot\n");
      assertThat(house.text("environment").lines())
          .contains(
              "USER=List",
              "LOGNAME=List",
              "LOCAL=List+x",
              "EXTENSION=x",
              "DOMAIN=mail.example.org",
              "RECIPIENT=List+x" + HERE,
              "ORIGINAL_RECIPIENT=List+x" + HERE,
              "SENDER=" + ADA,
              "CLIENT_ADDRESS=127.0.0.1",
              "CLIENT_HELO=client.example",
              "CLIENT_PROTOCOL=ESMTP",
              "SASL_METHOD=",
              "SASL_SENDER=",
              "SASL_USERNAME=",
              "SHELL=/bin/sh",
              "PATH=/usr/bin:/bin");
    }
  }

  @Test
  void aShellSeesWhatTheAdministratorHasWrittenAndNoAddress() throws Exception {
    try (ProgramHouse house =
        house("shell: \"|cat >/dev/null; echo $LOCAL \\\"$EXTENSION\\\" >FOLDER/words\"\n")) {
      house.start();

      house.send("\"shell+$(id);`id`'x\"" + HERE);
      house.awaitEmptyQueue();

      assertThat(house.text("words")).isEqualTo("shell+__id___id__x __id___id__x\n");
    }
  }

  @Test
  @Shows("A3.3")
  void whatTheProgramSaysHolds() throws Exception {
    try (ProgramHouse house = house("gone: \"|FOLDER/gone\"\nlater: \"|FOLDER/later\"\n")) {
      house.script("gone", "echo '5.2.1 closed'; exit 69");
      house.script("later", "exit 75");
      house.start();

      house.send("gone" + HERE);
      assertThat(house.report()).contains("Status: 5.2.1").contains("closed");
      house.awaitEmptyQueue();
      house.send("later" + HERE);
      assertThat(house.reason()).isEqualTo("4.3.0 temporary failure");
    }
  }

  @Test
  void mailThatComesBackIsReturned() throws Exception {
    try (ProgramHouse house = house("list: \"|cat >FOLDER/got\"\n")) {
      house.start();
      try (SmtpDialogue dialogue = SmtpDialogue.open(house.server().address(Role.MX))) {
        dialogue.say("MAIL FROM:<" + ADA + ">");
        dialogue.say("RCPT TO:<list" + HERE + ">");
        dialogue.say("DATA");
        dialogue.content(
            out -> out.write(("Delivered-To: list" + HERE + "\r\n\r\nx\r\n").getBytes(US_ASCII)));
      }

      assertThat(house.report()).contains("mail forwarding loop for list" + HERE);
      assertThat(folder.resolve("got")).doesNotExist();
    }
  }

  @Test
  void filesGetMail() throws Exception {
    try (ProgramHouse house = house("box: FOLDER/box\ndir: FOLDER/dir/\n")) {
      house.start();

      house.send("box" + HERE);
      house.awaitEmptyQueue();
      house.send("box" + HERE, "dir" + HERE);
      house.awaitEmptyQueue();

      assertThat(house.text("box").lines().filter(line -> line.startsWith("From " + ADA)))
          .hasSize(2);
      assertThat(house.text("box"))
          .contains("\nDelivered-To: box" + HERE + "\n")
          .endsWith("\n\n>From here\n.dot\n\n");
      try (Stream<Path> mails = Files.list(folder.resolve("dir/new"))) {
        List<Path> all = mails.toList();
        assertThat(all).hasSize(1);
        assertThat(Files.readString(all.get(0)))
            .startsWith("Return-Path: <" + ADA + ">\n")
            .endsWith("\n\nFrom here\n.dot\n");
      }
    }
  }

  @Test
  void nothingIsRunOrWrittenUnlessSomebodyHasAllowedIt() throws Exception {
    try (ProgramHouse house =
        house("list: \"|cat >FOLDER/got\"\nbox: FOLDER/box\n")
            .set("program_delivery_enable", "no")
            .set("file_delivery_enable", "no")) {
      house.start();

      assertThat(house.say("list" + HERE)).startsWith("554 5.7.1").contains("mail to command is");
      assertThat(house.say("box" + HERE)).startsWith("554 5.7.1").contains("mail to file is");
    }
  }

  @Test
  void tablesDoNotLeadToPrograms() throws Exception {
    try (ProgramHouse house =
        house("")
            .set("transport_maps", "inline:{ {a.test = local:|touch FOLDER/ran} }")
            .set("header_checks", "inline:{ {Subject: hello = FILTER local:|touch ran} }")) {
      house.start();

      assertThat(house.say("x@a.test")).startsWith("550");
    }
  }

  @Test
  void nobodyElseCanBeNamedThanAsWhomProgramsCanRun() throws Exception {
    ProgramHouse house = house("").set("default_privs", "root");

    assertThatThrownBy(house.described()::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("default_privs")
        .hasMessageContaining("no program that takes mail runs as root");
  }

  @ParameterizedTest
  @CsvSource({"/spool, /spool/USER", "/spool/, /spool/USER/new"})
  @Shows({"A1.5", "A4.11", "A5.12"})
  void peopleHaveTheirMailInFilesWhereSomebodyWantsThat(String spool, String place)
      throws Exception {
    Path folderOfAll = Files.createDirectory(folder.resolve("spool"));
    Files.setPosixFilePermissions(folderOfAll, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (ProgramHouse house =
        house("").set("mailbox_files_enable", "yes").set("mail_spool_directory", folder + spool)) {
      house.account(USER).start();

      house.send(USER + HERE);
      house.awaitEmptyQueue();

      Path there = Path.of(folder + place.replace("USER", USER));
      try (Stream<Path> below = Files.walk(there)) {
        Path mail = below.filter(Files::isRegularFile).findFirst().orElseThrow();
        assertThat(Files.readString(mail)).contains("\nDelivered-To: " + USER + HERE + "\n");
        assertThat(Files.getOwner(mail).getName()).isEqualTo(USER);
      }
      assertOpens(there.endsWith("new") ? there.getParent() : there);
      assertThat(Inbox.of(house.server(), USER)).isEmpty();
    }
  }

  /** Readers of mail find one message there, and show it. */
  private void assertOpens(Path mailbox) throws Exception {
    if (Programs.isInstalled("s-nail")) {
      byte[] headers =
          Programs.run(folder, new byte[0], "s-nail", "-n", "-H", "-f", mailbox.toString());
      assertThat(new String(headers, UTF_8)).contains("hello").hasLineCount(1);
    }
    if (Programs.isInstalled("mutt") && Programs.isInstalled("script")) {
      Path shown = folder.resolve("shown");
      Path config =
          Files.writeString(
              folder.resolve("muttrc"),
              """
              set mbox_type=mbox confirmappend=no confirmcreate=no move=no quit=yes copy=no
              set wait_key=no delete=no
              push "<tag-pattern>~A<enter><tag-prefix><copy-message>%s<enter><exit>"
              """
                  .formatted(shown));
      Programs.runOnTerminal(folder, "mutt -n -F " + config + " -f " + mailbox);
      assertThat(Files.readString(shown)).contains("\nSubject: hello\n", "From here\n.dot\n");
    }
  }

  /** His program runs as he, and who gets his mail sees by whose word. */
  @Test
  @Shows("A3.3")
  void aUserSaysWhereHisMailGoes() throws Exception {
    try (ProgramHouse house =
        house("")
            .set("mailbox_files_enable", "yes")
            .set("default_privs", USER.equals("nobody") ? "bin" : USER)
            .set("forward_path", folder + "/forward-$user")) {
      house.script("take", "cat >got; id -un >who; echo \"$EXTENSION $HOME\" >words");
      house.account(USER);
      Path forward =
          Files.writeString(
              folder.resolve("forward-" + USER), ADA + ", \"|" + folder + "/take\"\n");
      Files.setPosixFilePermissions(forward, PosixFilePermissions.fromString("rw-r--r--"));
      house.start();

      house.send(USER + "+x" + HERE);
      house.awaitEmptyQueue();

      assertThat(house.report())
          .contains("Delivered-To: " + ADA + "\r\n")
          .contains("\r\nDelivered-To: " + USER + "+x" + HERE + "\r\nReceived: ");
      assertThat(house.text("who")).isEqualTo(USER + "\n");
      assertThat(house.text("words")).startsWith("x /");
      assertThat(house.text("got")).contains("\nDelivered-To: " + USER + "+x" + HERE + "\n");
    }
  }

  @Test
  void whatHasGoneOnByAUsersWordIsReturnedWhenItComesBack() throws Exception {
    try (ProgramHouse house =
        house("")
            .set("mailbox_files_enable", "yes")
            .set("forward_path", folder + "/forward-$user")) {
      house.account(USER);
      Path forward = Files.writeString(folder.resolve("forward-" + USER), "x@far.test\n");
      Files.setPosixFilePermissions(forward, PosixFilePermissions.fromString("rw-r--r--"));
      house.start();
      try (SmtpDialogue dialogue = SmtpDialogue.open(house.server().address(Role.MX))) {
        dialogue.say("MAIL FROM:<" + ADA + ">");
        dialogue.say("RCPT TO:<" + USER + HERE + ">");
        dialogue.say("DATA");
        dialogue.content(
            out ->
                out.write(("Delivered-To: " + USER + HERE + "\r\n\r\nx\r\n").getBytes(US_ASCII)));
      }

      assertThat(house.report())
          .contains("Status: 5.4.6")
          .contains("mail forwarding loop for " + USER + HERE);
    }
  }

  /** As procmail and maildrop are named: the dollar signs are the shell's. */
  @Test
  void aCommandGetsThemInPlaceOfFiles() throws Exception {
    try (ProgramHouse house =
        house("")
            .set("mailbox_files_enable", "yes")
            .set("mail_spool_directory", folder + "/spool/")
            .set("mailbox_command", folder + "/take -a \"$EXTENSION\"")) {
      house.script("take", "cat >got; echo \"$1 $2\" >words; env >environment; id -un >who");
      house.account(USER).start();

      house.send(USER + "+lists" + HERE);
      house.awaitEmptyQueue();

      assertThat(house.text("words")).isEqualTo("-a lists\n");
      assertThat(house.text("who")).isEqualTo(USER + "\n");
      assertThat(house.text("got")).contains("\nDelivered-To: " + USER + "+lists" + HERE + "\n");
      assertThat(house.text("environment").lines()).contains("USER=" + USER, "EXTENSION=lists");
      assertThat(folder.resolve("spool")).doesNotExist();
    }
  }

  @Test
  void aTableSaysWhoHasAnotherCommand() throws Exception {
    try (ProgramHouse house =
        house("")
            .set("mailbox_files_enable", "yes")
            .set("mailbox_command", "/bin/false")
            .set("mailbox_command_maps", "inline:{ {" + USER + " = cat >" + folder + "/got} }")) {
      house.account(USER).start();

      house.send(USER + HERE);
      house.awaitEmptyQueue();

      assertThat(house.text("got")).contains("Subject: hello");
    }
  }

  /** In whose place we are: mail goes into mailboxes here. */
  @Test
  void dovecotsCommandIsNone() throws Exception {
    try (ProgramHouse house =
        house("").set("mailbox_command", "/usr/lib/dovecot/dovecot-lda -f \"$SENDER\"")) {
      house.account(USER).start();

      house.send(USER + HERE);

      assertThat(Inbox.of(house.server(), USER)).hasSize(1);
    }
  }

  @Test
  void dovecotsCommandBesideFilesIsAFault() throws Exception {
    ProgramHouse house =
        house("")
            .set("mailbox_files_enable", "yes")
            .set("mailbox_command", "/usr/lib/dovecot/dovecot-lda");

    assertThatThrownBy(house.described()::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("mailbox_command")
        .hasMessageContaining("expected mailbox_files_enable = no with it");
  }

  @ParameterizedTest
  @CsvSource({"no, yes, mailbox_files_enable", "yes, no, program_delivery_enable"})
  void aCommandThatWouldGetNothingIsAFault(String files, String programs, String needed)
      throws Exception {
    ProgramHouse house =
        house("")
            .set("mailbox_files_enable", files)
            .set("program_delivery_enable", programs)
            .set("mailbox_command", "procmail -a \"$EXTENSION\"");

    assertThatThrownBy(house.described()::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("mailbox_command")
        .hasMessageContaining("expected " + needed + " = yes with it");
  }
}
