package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.testing.Until;
import org.postroom.dist.NextHopStranger.Stored;

/** Mail servers of others take what we pass on, and keep what was sent, octet for octet. */
@Tag("process")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NextHopStrangersTest {
  /** Dots, blanks at line ends, an empty end: what a relay can spoil. */
  private static final String BODY =
      "hello\r\n.\r\n..\r\n. \r\n\ttab and blanks  \r\n\r\n" + "x".repeat(990) + "\r\nend\r\n\r\n";

  @TempDir private static Path folder;
  private final Map<String, NextHopStranger> strangers = new LinkedHashMap<>();
  private final RelayHouse house = new RelayHouse();
  private int serial;

  static Stream<NextHopStranger> strangers() {
    return NextHopStranger.all().stream();
  }

  @BeforeAll
  void start() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    NextHopStranger.Certified certified = certified();
    StringBuilder ways = new StringBuilder("inline:{");
    StringBuilder policies = new StringBuilder("inline:{");
    List<String> zone = new ArrayList<>();
    for (NextHopStranger stranger : NextHopStranger.all()) {
      if (!stranger.isThere()) {
        continue;
      }
      String domain = stranger.domain();
      strangers.put(domain, stranger);
      Path own = Files.createDirectory(folder.resolve(domain));
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
      stranger.start(own, certified);
      ways.append(" {" + domain + " = smtp:[" + domain + "]:" + stranger.port + "}");
      ways.append(" {tls." + domain + " = smtp:[tls." + domain + "]:" + stranger.port + "}");
      policies.append(" {[tls." + domain + "]:" + stranger.port + " = encrypt}");
      policies.append(" {[" + domain + "]:" + stranger.port + " = none}");
      zone.add(domain + " A 127.0.0.1");
      zone.add("tls." + domain + " A 127.0.0.1");
    }
    house
        .zone(zone.toArray(String[]::new))
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("transport_maps", ways + " }")
        .set("smtp_tls_policy_maps", policies + " }")
        .start();
  }

  /** A key of RSA, which all of them can read. */
  private static NextHopStranger.Certified certified() throws Exception {
    Programs.need("openssl");
    byte[] unused =
        Programs.run(
            folder,
            new byte[0],
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=mx.test",
            "-keyout",
            "key.pem",
            "-out",
            "chain.pem");
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    for (Path file : List.of(chain, key)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
    return new NextHopStranger.Certified(chain, key, RelayConnectionsTest.certified());
  }

  @AfterAll
  void stop() throws Exception {
    house.close();
    for (NextHopStranger stranger : strangers.values()) {
      stranger.close();
    }
  }

  /** What waits there would stand in the way of the next. */
  @AfterEach
  void forgetWhatWaits() {
    Set<QueueId> unused =
        house
            .server()
            .inside()
            .queue()
            .settle(
                house.queued().stream().<Settlement>map(r -> new Settlement.Done(r.id())).toList(),
                List.of());
  }

  /** The one that was started; where there is none, the test is skipped by its name. */
  private NextHopStranger started(NextHopStranger wanted) {
    NextHopStranger there = strangers.get(wanted.domain());
    assumeTrue(
        there != null
            || !wanted.isUnpacked() && "required".equals(System.getProperty("postroom.clients")),
        wanted.domain());
    assertThat(there).as(wanted.domain()).isNotNull();
    return there;
  }

  /** The message of one test, which nothing else has. */
  private String message(String body) {
    return "Subject: number "
        + serial++
        + "\r\nFrom: ada@example.org\r\nDate: Tue, 24 Nov 2026 15:00:00 +0000\r\nMessage-ID: <"
        + serial
        + "@example.org>\r\n\r\n"
        + body;
  }

  private void send(String from, String message, String... to) throws Exception {
    house.send(
        from,
        Stream.of(to).map(address -> "<" + address + ">").toList(),
        message.getBytes(ISO_8859_1));
  }

  /** What it keeps of a message, for whom; waited for. */
  private static List<String> keeps(NextHopStranger stranger, String message, int recipients) {
    List<Stored> found = new ArrayList<>();
    Until.so(
        () -> {
          found.clear();
          stored(stranger).stream()
              .filter(one -> one.latin1().contains(message))
              .forEach(found::add);
          return found.size() >= recipients;
        });
    assertThat(found).allSatisfy(one -> assertThat(one.latin1()).endsWith(message));
    return found.stream().map(Stored::recipient).sorted().toList();
  }

  private static List<Stored> stored(NextHopStranger stranger) {
    try {
      return stranger.stored();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void keepsWhatWasSent(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    String message = message(BODY);

    send("<ada@example.org>", message, "bob@" + stranger.domain());

    house.awaitEmptyQueue();
    assertThat(keeps(stranger, message, 1)).containsExactly("bob@" + stranger.domain());
  }

  /** In one transaction: by pipelining, where that is offered. */
  @ParameterizedTest
  @MethodSource("strangers")
  void takesManyRecipients(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    String message = message(BODY);
    String[] recipients =
        IntStream.range(10, 40)
            .mapToObj(i -> "u" + i + "@" + stranger.domain())
            .toArray(String[]::new);

    send("<ada@example.org>", message, recipients);

    house.awaitEmptyQueue();
    assertThat(keeps(stranger, message, 30)).containsExactly(recipients);
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void eachRecipientHasItsOwnAnswer(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    assumeTrue(stranger.isWhole(), stranger + " answers all alike");
    String message = message(BODY);
    int before = house.inbox().size();

    send(
        "<ada@example.org>",
        message,
        "later@" + stranger.domain(),
        "bob@" + stranger.domain(),
        "never@" + stranger.domain(),
        "eve@" + stranger.domain());

    house.awaitAttempts(1);
    assertThat(house.queued()).hasSize(1);
    assertThat(house.queued("later@" + stranger.domain()).lastReason())
        .contains("4.2.1")
        .contains("Later");
    assertThat(keeps(stranger, message, 2))
        .containsExactly("bob@" + stranger.domain(), "eve@" + stranger.domain());
    assertThat(house.awaitInbox(before + 1).get(before))
        .contains("Final-Recipient: rfc822; never@" + stranger.domain())
        .contains("Never")
        .doesNotContain("bob@" + stranger.domain());
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void takesEightBitMail(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    String message = message("gr\u00fc\u00dfe \u00c3\u00bc \u0080\u00ff\r\n" + BODY);

    send("<ada@example.org> BODY=8BITMIME", message, "bob@" + stranger.domain());

    house.awaitEmptyQueue();
    assertThat(keeps(stranger, message, 1)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void takesBigMailAndNoneThatIsTooBig(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    String big = message(lines(NextHopStranger.MOST * 9 / 10));

    send("<ada@example.org>", big, "bob@" + stranger.domain());

    house.awaitEmptyQueue();
    assertThat(keeps(stranger, big, 1)).hasSize(1);
    if (stranger.isWhole()) {
      int before = house.inbox().size();
      String tooBig = message(lines(NextHopStranger.MOST * 11 / 10));

      send("<ada@example.org>", tooBig, "bob@" + stranger.domain());

      assertThat(house.awaitInbox(before + 1).get(before))
          .contains("Status: 5.3.4", "exceeds size limit " + NextHopStranger.MOST);
      house.awaitEmptyQueue();
      assertThat(stored(stranger)).noneMatch(one -> one.latin1().contains(tooBig.substring(0, 20)));
    }
  }

  private static String lines(int octets) {
    Random random = new Random(octets);
    StringBuilder text = new StringBuilder(octets + 100);
    while (text.length() < octets) {
      // Some begin with a dot.
      text.append(random.nextInt(8) == 0 ? "." : "").append(random.nextLong()).append("\r\n");
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void takesMailUnderTls(NextHopStranger wanted) throws Exception {
    NextHopStranger stranger = started(wanted);
    assumeTrue(stranger.hasTls(), stranger + " has no TLS");
    String message = message(BODY);

    send("<ada@example.org>", message, "bob@tls." + stranger.domain());

    house.awaitEmptyQueue();
    assertThat(keeps(stranger, message, 1)).containsExactly("bob@tls." + stranger.domain());
  }
}
