package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.AccountId;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.door.Door;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.fetch.FetchJobs;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.operation.FetchOperations;
import org.postroom.storage.Storage;

/** Mail is fetched from another server: ours, and one that means no good. */
@Timeout(120)
@Tag("two-clocks")
final class FetchTest {
  private static final String FAR = "ada@far.test";
  private static final String HERE = "ada@example.org";

  @TempDir private Path folder;
  private Path jobs;
  private Path secret;
  private MailServer far;
  private VirtualTime time;

  @BeforeEach
  void startTheOther() throws IOException {
    time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
    secret = Files.writeString(folder.resolve("secret"), Site.PASSWORD + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    jobs = folder.resolve("fetch");
    far =
        TestServer.builder()
            .hostname("mail.far.test")
            .domains("far.test")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.POP3, 0)
            .listen(Role.POP3S, 0)
            .listen(Role.IMAP, 0)
            .listen(Role.IMAPS, 0)
            .account(FAR, Site.PASSWORD)
            .start();
    Files.writeString(folder.resolve("ca.pem"), far.authority().orElseThrow());
  }

  @AfterEach
  void stopTheOther() {
    far.close();
    time.close();
  }

  private void arriveThere(String subject) {
    far.submit(
            Envelope.parse("bob@bob.test", FAR),
            ("Subject: " + subject + "\r\n\r\n.dot\r\nfrom there\r\n").getBytes(US_ASCII))
        .orThrow();
  }

  private void job(String name, Door door, String words) throws IOException {
    job(name, door, "password_file=" + secret, words);
  }

  private void job(String name, Door door, String proof, String words) throws IOException {
    String line =
        name
            + " "
            + door.name()
            + "://"
            + FAR.replace("@", "%40")
            + "@localhost:"
            + far.address(door).getPort()
            + " to="
            + HERE
            + " "
            + proof
            + " ca_file="
            + folder.resolve("ca.pem")
            + " "
            + words
            + "\n";
    Files.writeString(jobs, (Files.exists(jobs) ? Files.readString(jobs) : "") + line);
  }

  private MailServer start(String... settings) {
    ServerBuilder here =
        TestServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.h2(folder.resolve("data")))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.LMTP, 0)
            .resolver(ZoneResolver.of())
            .time(time, time)
            .set("fetch_jobs", jobs.toString())
            .account(HERE, Site.PASSWORD);
    for (int i = 0; i < settings.length; i += 2) {
      here.set(settings[i], settings[i + 1]);
    }
    return here.start();
  }

  private static List<FetchJobs.Status> status(MailServer server) {
    return FetchOperations.LIST
        .perform(new ServerDesk(server), new FetchOperations.Which(List.of()))
        .jobs();
  }

  private static void run(MailServer server, String... names) {
    FetchOperations.Jobs unused =
        FetchOperations.RUN.perform(
            new ServerDesk(server), new FetchOperations.Which(List.of(names)));
  }

  private static FetchJobs.Status ended(
      MailServer server, String name, Predicate<FetchJobs.Status> how) {
    FetchJobs.Status[] found = new FetchJobs.Status[1];
    Until.so(
        () -> {
          found[0] =
              status(server).stream()
                  .filter(job -> job.name().equals(name))
                  .findFirst()
                  .orElseThrow();
          if (found[0].state().equals("running") || found[0].last().isEmpty()) {
            return false;
          }
          if (found[0].failures() > 0 && !how.test(found[0])) { // it waits for its time
            throw new AssertionError(found[0].toString());
          }
          return how.test(found[0]);
        });
    return found[0];
  }

  /** Somebody marks what is there as deleted, and does not expunge it. */
  private void marksAllThere() throws IOException {
    says("STORE 1:* +FLAGS (\\Deleted)");
  }

  /** Ada says something to the other server, which does it. */
  private void says(String command) throws IOException {
    try (Socket client =
        new Socket(InetAddress.getLoopbackAddress(), far.address(Role.IMAP).getPort())) {
      String said =
          "a LOGIN \""
              + FAR
              + "\" \""
              + Site.PASSWORD
              + "\"\r\nb SELECT INBOX\r\n"
              + "c "
              + command
              + "\r\nd LOGOUT\r\n";
      client.getOutputStream().write(said.getBytes(US_ASCII));
      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII)).contains("\nc OK");
    }
  }

  @Test
  @Shows("A1.18")
  void flagsComeAlongWhereThatIsWanted() throws IOException {
    for (String subject : List.of("new", "read", "answered", "marked")) {
      arriveThere(subject);
    }
    says("STORE 2:3 +FLAGS.SILENT (\\Seen)");
    says("STORE 3 +FLAGS.SILENT (\\Answered \\Draft $Forwarded)");
    says("STORE 4 +FLAGS.SILENT (\\Flagged)");
    job("flags", Role.IMAPS, "flags=yes folder=Far");

    try (MailServer here = start()) {
      ended(here, "flags", job -> job.fetched() == 4);

      assertThat(here.mailboxes(HERE).folder("Far").messages())
          .extracting(StoredMessage::flags)
          .containsExactly(
              Set.of(),
              Set.of("\\Seen"),
              Set.of("\\Seen", "\\Answered", "\\Draft"),
              Set.of("\\Flagged"));
      assertThat(there()).isZero();
    }
  }

  @Test
  void flagsStayThereOtherwise() throws IOException {
    arriveThere("read");
    says("STORE 1 +FLAGS.SILENT (\\Seen)");
    job("plain", Role.IMAPS, "keep=yes");

    try (MailServer here = start()) {
      ended(here, "plain", job -> job.fetched() == 1);

      assertThat(here.mailboxes(HERE).inbox().messages())
          .extracting(StoredMessage::flags)
          .containsExactly(Set.of());
    }
  }

  /** Once: what somebody there has not seen after all is not marked again. */
  @Test
  void whatWasFetchedIsMarkedThereAsSeen() throws IOException {
    arriveThere("one");
    arriveThere("two");
    job("imap", Role.IMAPS, "keep=seen flags=yes");
    try (MailServer here = start("header_checks", "inline:{{Subject: two=REJECT no}}")) {
      assertThat(ended(here, "imap", job -> job.fetched() == 1).keep()).isEqualTo("seen");
      assertThat(flagsThere()).containsExactly(Set.of("\\Seen"), Set.of());
      assertThat(here.mailboxes(HERE).inbox().messages())
          .extracting(StoredMessage::flags)
          .containsExactly(Set.of());

      says("STORE 1 -FLAGS.SILENT (\\Seen)");
      arriveThere("three");
      run(here, "imap");
      ended(here, "imap", job -> job.fetched() == 2);
      assertThat(flagsThere()).containsExactly(Set.of(), Set.of(), Set.of("\\Seen"));
    }
  }

  /** As where a round is cut off between the mark and its end. */
  @Test
  void whatIsHereAndMarkedThereIsRemovedThereAndWhatOthersHaveMarkedIsTheirs() throws IOException {
    arriveThere("one");
    job("imap", Role.IMAPS, "keep=yes");
    try (MailServer here = start()) {
      ended(here, "imap", one -> one.fetched() == 1);
    }
    arriveThere("two");
    marksAllThere();
    Files.delete(jobs);
    job("imap", Role.IMAPS, "");

    try (MailServer here = start()) {
      ended(here, "imap", one -> true);

      assertThat(Inbox.of(here, HERE)).singleElement().asString().contains("Subject: one");
      assertThat(far.mailboxes(FAR).inbox().messages())
          .extracting(StoredMessage::subject)
          .containsExactly("two");
    }
  }

  @Test
  @Shows("A1.18")
  void eachMessageComesOnceOverRestartsAndStaysThere() throws IOException {
    job("pop", Role.POP3S, "keep=yes");
    job("imap", Role.IMAPS, "keep=yes folder=Far");
    arriveThere("one");
    arriveThere("two");

    for (int restart = 0; restart < 3; restart++) {
      try (MailServer here = start()) {
        ended(here, "pop", job -> true);
        ended(here, "imap", job -> true);
        time.advance(Duration.ofMinutes(16));
        ended(here, "pop", job -> true); // the other server would find its mailbox in use
        ended(here, "imap", job -> true);
        assertThat(status(here)).allMatch(job -> job.failures() == 0);

        assertThat(Inbox.of(here, HERE)).hasSize(2);
        assertThat(count(here, HERE, "Far")).isEqualTo(2);
      }
    }

    assertThat(there()).isEqualTo(2);
    arriveThere("three");
    try (MailServer here = start()) {
      ended(here, "pop", job -> job.fetched() == 1);
      assertThat(Inbox.of(here, HERE).get(2))
          .startsWith("Return-Path: <bob@bob.test>\r\nDelivered-To: " + HERE + "\r\nReceived: from")
          .contains(
              "\r\nReceived: from localhost (localhost [127.0.0.1])\r\n\t(using TLSv1.3 ",
              ")\r\n\tby mail.example.org (Postroom) with POP3 id ",
              "\r\n\tfor <" + HERE + ">;\r\n\tTue, 24 Nov 2026 ")
          .endsWith("\r\nSubject: three\r\n\r\n.dot\r\nfrom there\r\n");
    }
  }

  @Test
  void logsInByWhatProgramsSayAndByTokens() throws IOException {
    Path program = Files.writeString(folder.resolve("get"), "#!/bin/sh\necho \"$*\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    far.close();
    far =
        TestServer.builder()
            .hostname("mail.far.test")
            .domains("far.test")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.POP3S, 0)
            .listen(Role.IMAPS, 0)
            .tokens(
                token ->
                    token.reveal().equals("g00d")
                        ? new TokenVerdict.Accepted(FAR)
                        : new TokenVerdict.Refused("it is not good"))
            .account(FAR, Site.PASSWORD)
            .start();
    Files.writeString(folder.resolve("ca.pem"), far.authority().orElseThrow());
    String password = Site.PASSWORD.replace("%", "%25").replace(" ", "%20");
    job("said", Role.IMAPS, "passwordeval=" + program + "%20" + password, "keep=yes");
    job("popped", Role.POP3S, "tokeneval=" + program + "%20g00d", "keep=yes folder=Popped");
    arriveThere("one");
    try (MailServer here = start()) {
      ended(here, "said", job -> job.fetched() == 1);
      ended(here, "popped", job -> job.fetched() == 1);

      Files.delete(jobs);
      job("shown", Role.IMAPS, "tokeneval=" + program + "%20g00d", "");
      here.reload();
      run(here, "shown");
      ended(here, "shown", job -> job.failures() == 0);
      assertThat(there()).isZero();

      Files.delete(jobs);
      job("shown", Role.IMAPS, "tokeneval=" + program + "%20b4d", "");
      here.reload();
      run(here, "shown");
      assertThat(ended(here, "shown", job -> job.failures() == 1).result())
          .contains("log-in as " + FAR)
          .doesNotContain("b4d");
    }
  }

  @Test
  void whatIsHereIsRemovedThere() throws IOException {
    job("pop", Role.POP3, "");
    arriveThere("by POP3");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    try (MailServer here = start("unsafe_files", secret.toString())) {
      ended(here, "pop", job -> job.fetched() == 1);
      assertThat(there()).isZero();

      Files.delete(jobs);
      job("imap", Role.IMAP, "interval=10m");
      arriveThere("by IMAP");
      here.reload();
      ended(here, "imap", job -> job.fetched() == 1);
      assertThat(there()).isZero();
      assertThat(status(here)).extracting(FetchJobs.Status::name).containsExactly("imap");

      arriveThere("later");
      time.advance(Duration.ofMinutes(11));
      ended(here, "imap", job -> job.fetched() == 2);
      arriveThere("at once");
      run(here, "imap");
      ended(here, "imap", job -> job.fetched() == 3);
      assertThat(Inbox.of(here, HERE)).hasSize(4);
      assertThatThrownBy(() -> run(here, "none")).hasMessageContaining("no job is called none");
    }
  }

  /** Not even where an alias would have all of the account's mail go elsewhere. */
  @Test
  void nothingLeavesTheHouseAndAFullMailboxLeavesItThere() throws IOException {
    job("imap", Role.IMAPS, "");
    arriveThere("small");
    arriveThere("large " + "x".repeat(4000));
    try (MailServer here =
        start(
            "virtual_alias_maps",
            "inline:{" + HERE + "=eve@elsewhere.test}",
            "quota_rule",
            "*:bytes=3000")) {
      FetchJobs.Status status = ended(here, "imap", job -> true);

      assertThat(status.result()).isEqualTo("fetched=1, removed=1, left=1");
      assertThat(Inbox.of(here, HERE)).hasSize(1);
      assertThat(there()).isEqualTo(1);
      assertThat(here.inside().queue().size()).isZero();
      here.reload(now -> now.set("quota_rule", "*:bytes=30000"));
      time.advance(Duration.ofMinutes(6));
      ended(here, "imap", job -> job.fetched() == 2);
      assertThat(there()).isZero();
      assertThat(here.inside().queue().size()).isZero();
    }
  }

  @Test
  void whatAFilterRefusesStaysThereAndIsNotAskedForAgainAndAgain() throws IOException {
    job("pop", Role.POP3S, "");
    arriveThere("buy this");
    arriveThere("hello");
    try (MailServer here = start("header_checks", "inline:{{Subject: buy this=REJECT no}}")) {
      FetchJobs.Status status = ended(here, "pop", job -> true);

      assertThat(status.fetched() + " " + status.result()).startsWith("1 fetched=1, removed=1");
      assertThat(there()).isEqualTo(1);
      time.advance(Duration.ofMinutes(6));
      assertThat(ended(here, "pop", job -> true).result())
          .startsWith("fetched=0, removed=0, left=0");
    }
  }

  @Test
  void whoCannotShowWhoHeIsIsToldNoPassword() throws IOException {
    Files.writeString(
        folder.resolve("ca.pem"),
        """
        -----BEGIN CERTIFICATE-----
        nothing
        -----END CERTIFICATE-----
        """);
    job("broken", Role.POP3S, "");
    try (MailServer stranger =
            TestServer.builder().hostname("s.test").storage(Storage.inMemory()).start();
        MailServer here = start()) {
      assertThat(ended(here, "broken", job -> true).state()).isEqualTo("failing");

      Files.writeString(folder.resolve("ca.pem"), stranger.authority().orElseThrow());
      job("strange", Role.IMAP, "");
      here.reload();
      assertThat(ended(here, "strange", job -> true).result()).startsWith("no TLS: ");
      assertThat(ended(here, "strange", job -> true).failures()).isPositive();
    }
  }

  @Test
  void aFileThatIsNoneIsSaidBeforeTheStartAndChangesNothingByAReload() throws IOException {
    Files.writeString(jobs, "pop pop3s://a@b\n");
    assertThatThrownBy(this::start)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("line 1: fetch_jobs: expected to=");

    Files.delete(jobs);
    job("pop", Role.POP3S, "");
    try (MailServer here = start()) {
      Files.writeString(jobs, "nonsense\n");
      assertThatThrownBy(here::reload).isInstanceOf(BadConfiguration.class);
      assertThat(status(here)).extracting(FetchJobs.Status::name).containsExactly("pop");
    }
  }

  private List<Set<String>> flagsThere() {
    return far.mailboxes(FAR).inbox().messages().stream().map(StoredMessage::flags).toList();
  }

  private int there() {
    return count(far, FAR, "INBOX");
  }

  private static int count(MailServer server, String login, String name) {
    AccountId account = server.inside().accounts().byLogin(login).orElseThrow().id();
    return server
        .inside()
        .mail()
        .find(account, MailboxName.of(name))
        .map(box -> server.inside().mail().snapshot(box.id()).uids().size())
        .orElse(0);
  }
}
