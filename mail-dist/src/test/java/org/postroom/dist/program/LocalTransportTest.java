package org.postroom.dist.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.machine.MachineUsers;
import org.postroom.core.machine.SystemTimers;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;

/** Mail of users of a machine, whose passwd(5) is the test's. */
@Timeout(60)
@Tag("seconds")
final class LocalTransportTest {
  private static final String NOBODY = "65534";

  @TempDir private Path folder;

  private final SystemTimers timers = new SystemTimers("local-transport-test");
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final Programs programs = new Programs(2, timers, workers);

  @AfterEach
  void end() {
    programs.close();
    workers.shutdownNow();
    timers.close();
  }

  /** Who runs the tests has mail, or else nobody: no program runs as root. */
  private long user() throws Exception {
    int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return self == 0 ? Long.parseLong(NOBODY) : self;
  }

  private LocalTransport transport(String name, String value) throws Exception {
    Files.writeString(
        folder.resolve("passwd"),
        "ada:x:%d:%d::%s:/bin/sh\n".formatted(user(), user(), folder.resolve("home")));
    Files.writeString(folder.resolve("group"), "");
    int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Settings settings =
        Settings.builder(AliasParams.ALL, ProgramParams.ALL)
            .set("mailbox_files_enable", "yes")
            .set(name, value)
            .build();
    return new LocalTransport(
        settings,
        new Identities(
            new MachineUsers(folder), self, List.of(Path.of("/usr/bin"), Path.of("/bin"))),
        MailboxCommands.of(settings, Tables.builder().build()),
        new RecipientDelimiter("+"),
        "mx.example.org",
        new Surroundings(
            programs, Environment.of(settings), timers, Clock.systemUTC(), ZoneOffset.UTC),
        workers,
        new Random(1));
  }

  @ParameterizedTest
  @CsvSource({"Maildir/, Maildir/new", "Mailbox, Mailbox", "mail/inbox, mail/inbox"})
  @Shows("A4.11")
  void mailGoesBelowTheHome(String below, String place) throws Exception {
    assumeThat(Path.of("/proc/self")).exists();
    Path home = Files.createDirectories(folder.resolve("home/mail")).getParent();
    for (Path open : List.of(folder, home, home.resolve("mail"))) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    List<Transport.Report> reports =
        transport("home_mailbox", below)
            .deliver(PipeMacrosTest.mail("x@example.net", "ada@mx.example.org"), "~ada")
            .toCompletableFuture()
            .get();

    assertThat(reports)
        .singleElement()
        .satisfies(
            report -> assertThat(report.result()).isInstanceOf(DeliveryResult.Delivered.class));
    try (Stream<Path> files = Files.walk(home.resolve(place))) {
      Path file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
      assertThat(Files.readString(file))
          .contains("Return-Path: <x@example.net>\n")
          .contains("\nDelivered-To: ada@mx.example.org\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo((int) user());
    }
  }
}
