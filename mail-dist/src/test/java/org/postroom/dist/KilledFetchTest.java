package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.testing.Until;
import org.postroom.core.wire.Ear;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;

/**
 * Kills a server that fetches mail, at random moments, and starts it again. The rule: each message
 * is here exactly once, and no more where it was. {@code -Dpostroom.fetch.rounds=100} for long.
 */
@Tag("process")
@Tag("scaled")
@Timeout(3600)
final class KilledFetchTest {
  private static final List<String> FAR = List.of("pop@far.test", "imap@far.test");
  private static final String ADA = "ada@" + Site.DOMAIN;

  @TempDir private Path folder;

  /** Messages that the other server was asked for. */
  private final AtomicInteger asked = new AtomicInteger();

  /** Hears what clients ask for; a piece that ends within a word is not counted. */
  private final class Listening implements Ear {
    @Override
    public void begun(String session, InetSocketAddress local, InetSocketAddress peer) {}

    @Override
    public void heard(String session, boolean byPeer, byte[] octets) {
      String said = new String(octets, ISO_8859_1);
      if (byPeer && (said.startsWith("RETR ") || said.contains("BODY.PEEK[]"))) {
        asked.incrementAndGet();
      }
    }

    @Override
    public void ended(String session) {}
  }

  private MailServer far() {
    ServerBuilder described =
        MailServer.builder()
            .hostname("mail.far.test")
            .domains("far.test")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .set("disable_plaintext_auth", "no")
            .listen(Role.POP3, 0)
            .listen(Role.IMAP, 0);
    FAR.forEach(login -> described.account(login, Site.PASSWORD));
    DescribedServer unused = described.unwrap(DescribedServer.class).overheardBy(new Listening());
    return described.start();
  }

  private static int left(MailServer far) {
    return FAR.stream()
        .mapToInt(
            login -> {
              AccountId id = far.inside().accounts().byLogin(login).orElseThrow().id();
              return far.inside().mail().find(id, MailboxName.INBOX).orElseThrow().messages();
            })
        .sum();
  }

  private void describeJobs(MailServer far) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), Site.PASSWORD);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    String words =
        " to=" + ADA + " interval=10s tls=none verify=no password_file=" + secret + " folder=";
    Files.writeString(
        folder.resolve("fetch"),
        "pop pop3://pop%40far.test@127.0.0.1:"
            + far.address(Role.POP3).getPort()
            + words
            + "INBOX\n"
            + "imap imap://imap%40far.test@127.0.0.1:"
            + far.address(Role.IMAP).getPort()
            + words
            + "Far\n");
  }

  @Test
  void eachMessageIsHereOnceAcrossKills() throws Exception {
    int rounds = Integer.getInteger("postroom.fetch.rounds", 2);
    Random random = new Random(1939);
    int most = 60 * (rounds + 1);
    try (MailServer far = far()) {
      for (int i = 0; i < most; i++) {
        for (String login : FAR) {
          far.submit(
                  Envelope.parse("bob@bob.test", login),
                  ("Subject: " + i + "\r\n\r\nmessage " + i + "\r\n").getBytes(US_ASCII))
              .orThrow();
        }
      }
      Site site = new Site(folder);
      site.addAccounts(List.of("ada"));
      describeJobs(far);
      site.set("fetch_jobs", folder.resolve("fetch").toString());
      for (int round = 0; round < rounds; round++) {
        int until = asked.get() + 1 + random.nextInt(100);
        try (ServerProcess server = site.start("-Xmx128m")) {
          Until.so(() -> asked.get() >= until || left(far) == 0 || !server.isAlive());
          server.kill();
        }
      }
      try (ServerProcess last = site.start("-Xmx128m")) {
        Until.so(() -> left(far) == 0 || !last.isAlive());
        assertThat(left(far)).as(last::said).isZero();
        for (String mailbox : List.of("INBOX", "Far")) {
          assertThat(subjects(site, mailbox))
              .as(mailbox)
              .containsExactlyInAnyOrderElementsOf(
                  IntStream.range(0, most).mapToObj(Integer::toString).toList());
        }
        last.stop();
      }
    }
  }

  private static List<String> subjects(Site site, String mailbox) throws IOException {
    AppletRun run =
        AppletRun.of(
            "doveadm",
            "-f",
            "flow",
            "-c",
            site.mainCf().toString(),
            "fetch",
            "-u",
            ADA,
            "hdr.subject",
            "mailbox",
            mailbox,
            "all");
    assertThat(run.status()).as(run.said()).isZero();
    List<String> all =
        run.said().lines().map(line -> line.substring(line.indexOf('=') + 1)).toList();
    assertThat(new TreeSet<>(all)).as("twice in " + mailbox).hasSize(all.size());
    return all;
  }
}
