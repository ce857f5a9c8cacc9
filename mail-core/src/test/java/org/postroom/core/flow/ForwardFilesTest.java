package org.postroom.core.flow;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.machine.MachineUsers;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.people.Quota;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.table.Tables;
import org.postroom.core.testing.Shows;

/**
 * Users of a machine say where their mail goes; HIM is who runs the tests, whose files they are.
 */
final class ForwardFilesTest {
  private static final String ROOT = "root";

  @TempDir private Path folder;

  private String him;
  private Path home;

  @BeforeEach
  void live() throws IOException {
    him = Files.getOwner(folder).getName();
    home = Files.createDirectory(folder.resolve("home"));
    open(folder, "rwxr-xr-x");
    open(home, "rwxr-xr-x");
    Files.createDirectory(folder.resolve("eves"));
    open(folder.resolve("eves"), "rwxr-xr-x");
    Files.writeString(
        folder.resolve("passwd"),
        "%s:x:1000:1000::%s:/bin/sh\neve:x:1001:1001::%s:/bin/sh\ngone:x:1002:1002::%s:/bin/sh\n"
            .formatted(him, home, folder.resolve("eves"), folder.resolve("nowhere")));
    Files.writeString(
        folder.resolve("aliases"), "me: HIM\nsame: \\same\nHIM2: x@far.test\n".replace("HIM", him));
  }

  private static void open(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), named(text));
    open(file, "rw-r--r--");
    return file;
  }

  private String named(String text) {
    return text.replace("HIM", him).replace("HOME", home.toString());
  }

  private Expansion expansion(String... settings) {
    Settings.Builder given =
        Settings.builder(PolicyParams.ALL, AliasParams.ALL, FlowParams.ALL, SourceParams.ALL)
            .set("myhostname", "mx.local.test")
            .set("recipient_delimiter", "+")
            .set("mydestination", "local.test, mx.local.test")
            .set("account_sources", "sql, system")
            .set("alias_maps", "hash:" + folder.resolve("aliases"));
    for (int i = 0; i < settings.length; i += 2) {
      given.set(settings[i], settings[i + 1]);
    }
    Settings all = given.build();
    Tables tables = Tables.builder().aliasFiles(all.get(AliasParams.ALIAS_MAPS)).build();
    OwnAddresses own = new OwnAddresses(List.of(), List.of());
    Policy policy = Policy.of(all, own, tables);
    return new Expansion(
        new Houses(),
        policy,
        Rewriting.of(all, policy, own, tables),
        Aliases.of(all, policy, tables, new MachineUsers(folder)),
        Forwarding.of(all, policy),
        Clock.systemUTC());
  }

  /** Everybody has a mailbox, but for gone. */
  private static final class Houses implements Router {
    @Override
    public Route route(RouteQuery query, Facts facts, List<String> trace) {
      return query.recipient().localPart().equals("gone")
          ? Route.Nowhere.unknown("User unknown")
          : new Route.Onward("to", query.recipient().toString());
    }

    @Override
    public Optional<Account> holder(Address address, Facts facts) {
      return address.localPart().equals("gone")
          ? Optional.empty()
          : Optional.of(new Account(new AccountId(1), address.localPart(), true, Quota.NONE));
    }
  }

  private Expanded expand(String recipient, String... settings) {
    return expansion(settings)
        .expand(
            ReversePath.of(Address.parse("x@far.test")),
            Recipient.of(Address.parse(named(recipient))),
            Facts.WAITING);
  }

  private String targets(Expanded expanded) {
    return expanded.targets().stream()
        .map(
            target ->
                target.recipient().address()
                    + (target.route() instanceof Route.ToAgent agent ? "=" + agent.what() : "")
                    + (target.route() instanceof Route.Discarded ? "=discarded" : "")
                    + (target.route() instanceof Route.Nowhere no
                        ? "=" + no.code() + " " + no.status() + " " + no.text()
                        : "")
                    + target.forwarders().stream().map(one -> " by " + one).collect(joining()))
        .collect(joining(", "))
        .replace(folder.toString(), "FOLDER")
        .replace(him, "HIM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "b@far.test; b@far.test by HIM@local.test",
        "'b@far.test, c@far.test'; b@far.test by HIM@local.test, c@far.test by HIM@local.test",
        "'# away\nb@far.test\n'; b@far.test by HIM@local.test",
        // He may keep a copy, by whatever name he calls himself.
        "'\\HIM, b@far.test'; HIM@mx.local.test, b@far.test by HIM@local.test",
        "'HIM, b@far.test'; HIM@mx.local.test, b@far.test by HIM@local.test",
        "'HIM@local.test'; HIM@local.test",
        "'HIM+kept'; HIM+kept@mx.local.test",
        "'me'; HIM@mx.local.test",
        // Nothing is said.
        "''; HIM@local.test",
        "'# nothing\n'; HIM@local.test",
        // Others of ours.
        "'\\eve'; eve@mx.local.test by HIM@local.test",
        "eve; eve@mx.local.test by HIM@local.test",
        "gone; gone@mx.local.test=550 5.1.1 User unknown by HIM@local.test",
        "/dev/null; HIM@local.test=discarded",
        ":include:HOME/list; b@far.test by HIM@local.test",
        // What is no address keeps all of it waiting.
        "'no address@'; HIM@local.test=451 4.3.5 Server configuration error",
        ":include:/none; HIM@local.test=451 4.3.5 Server configuration error",
        ":include:HOME/empty; HIM@local.test",
      })
  @Shows("A3.3")
  void mailGoesWhereTheUserSays(String said, String targets) throws IOException {
    write("home/.forward", said);
    write("home/list", "b@far.test\n");
    write("home/empty", "|nothing\n");

    assertThat(targets(expand("HIM@local.test"))).isEqualTo(targets);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'\"|vacation HIM\"'; yes; alias, forward; HIM@local.test=~HIM|vacation HIM",
        "'\\HIM, \"|vacation HIM\"'; yes; forward;"
            + " HIM@mx.local.test, HIM@local.test=~HIM|vacation HIM",
        "~/mbox; yes; forward; HIM@local.test=~HIMFOLDER/home/mbox",
        "/tmp/mbox; yes; forward; HIM@local.test=~HIM/tmp/mbox",
        // What gets no mail is as if it were not there.
        "'\"|vacation HIM\"'; no; forward; HIM@local.test",
        "'\"|vacation HIM\"'; yes; alias; HIM@local.test",
        "'b@far.test, /tmp/mbox'; no; forward; b@far.test by HIM@local.test",
      })
  void programsAndFilesGetMailAsTheirUser(
      String said, String enabled, String allowed, String targets) throws IOException {
    write("home/.forward", said);

    assertThat(
            targets(
                expand(
                    "HIM@local.test",
                    "program_delivery_enable",
                    enabled,
                    "file_delivery_enable",
                    enabled,
                    "allow_mail_to_commands",
                    allowed,
                    "allow_mail_to_files",
                    allowed)))
        .isEqualTo(targets);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "HIM+lists@local.test; forward; lists@far.test by HIM+lists@local.test",
        "HIM+LISTS@local.test; forward; lists@far.test by HIM+LISTS@local.test",
        "HIM+x@local.test; forward; b+x@far.test by HIM+x@local.test",
        "HIM+x@local.test; virtual; b@far.test by HIM+x@local.test",
        "'\"HIM+../eves/.forward\"@local.test'; virtual; b@far.test by"
            + " \"HIM+../eves/.forward\"@local.test",
        "HIM@far.test; forward; HIM@far.test",
        "gone@local.test; forward; gone@local.test=550 5.1.1 User unknown",
      })
  void whichFileCountsIsSaidByTheAddress(String recipient, String propagated, String targets)
      throws IOException {
    write("home/.forward", "b@far.test\n");
    write("home/.forward+lists", "lists@far.test\n");
    write("eves/.forward", "wrong@far.test\n");

    assertThat(targets(expand(recipient, "propagate_unmatched_extensions", propagated)))
        .isEqualTo(targets);
  }

  /** Somebody may be called by a number here, who is no user of the machine. */
  @Test
  void whatUserHasThatNumberIsNotAsked() throws IOException {
    write("home/.forward", "b@far.test\n");

    assertThat(targets(expand("1000@local.test"))).isEqualTo("1000@local.test");
  }

  @Test
  void anExtensionThatNoFileCanHaveIsAsNone() throws IOException {
    write("home/.forward", "b@far.test\n");

    assertThat(targets(expand("HIM+" + "x".repeat(400) + "@local.test")))
        .startsWith("b@far.test by HIM+xxx");
  }

  @Test
  void theFirstPathThatIsThereCounts() throws IOException {
    Path all = write("all", "all@far.test\n");

    assertThat(targets(expand("HIM@local.test", "forward_path", "$home/.forward, " + all)))
        .isEqualTo("all@far.test by HIM@local.test");
    write("home/.forward", "own@far.test\n");
    assertThat(targets(expand("HIM@local.test", "forward_path", "$home/.forward, " + all)))
        .isEqualTo("own@far.test by HIM@local.test");
  }

  /** As they stand nobody has a file: no users of the machine, or no paths. */
  @ParameterizedTest
  @CsvSource({"account_sources, sql", "forward_path, ''"})
  void whereNobodyMayHaveOneNoneIsRead(String name, String value) throws IOException {
    write("home/.forward", "b@far.test\n");

    assertThat(targets(expand("HIM@local.test", name, value))).isEqualTo("HIM@local.test");
  }

  @ParameterizedTest
  @CsvSource({
    "rw-rw-r--, can be written by others",
    "rw-r--rw-, can be written by others",
    "-w-------, may not be read by",
  })
  void whatOthersMayWriteDoesNotCount(String permissions, String why) throws IOException {
    open(write("home/.forward", "b@far.test\n"), permissions);

    Expanded expanded = expand("HIM@local.test");

    assertThat(targets(expanded)).isEqualTo("HIM@local.test");
    assertThat(expanded.trace()).anyMatch(step -> step.contains(why));
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "folder", "large", "below"})
  void whatIsNoFileOfHisDoesNotCount(String what) throws IOException {
    Path forward = home.resolve(".forward");
    Path other = write("other", "b@far.test\n");
    String path = "$home/.forward";
    switch (what) {
      case "link" -> Files.createSymbolicLink(forward, other);
      case "folder" -> Files.createDirectory(forward);
      case "large" -> write("home/.forward", "b@far.test\n".repeat(30_000));
      default -> {
        Files.createSymbolicLink(home.resolve("mail"), folder);
        path = "$home/mail/other";
      }
    }

    Expanded expanded = expand("HIM@local.test", "forward_path", path);

    assertThat(targets(expanded)).isEqualTo("HIM@local.test");
    assertThat(expanded.trace()).anyMatch(step -> step.contains("not by "));
  }

  @Test
  void whatBelongsToAnotherDoesNotCount() throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    Path file = write("eves/.forward", "b@far.test\n");
    assertThat(targets(expand("eve@local.test"))).isEqualTo("b@far.test by eve@local.test");

    Files.setAttribute(file, "unix:uid", 65534);

    assertThat(targets(expand("eve@local.test"))).isEqualTo("eve@local.test");
  }

  /** The server may be root; what it reads for a user it reads as he could. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rwxr-xr-x; FOLDER/closed/open/list; b@far.test by eve@local.test",
        "rwx------; FOLDER/closed/open/list; eve@local.test=451 4.3.5 Server configuration error",
        "rwxr-xr-x; FOLDER/link/list; eve@local.test=451 4.3.5 Server configuration error",
        "rwxr-xr-x; /proc/1/status; eve@local.test",
      })
  void whatAUserNamesIsReadAsHeCould(String permissions, String path, String targets)
      throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.createDirectory(closed.resolve("open"));
    open(closed.resolve("open"), "rwxr-xr-x");
    write("closed/open/list", "b@far.test\n");
    open(closed, permissions);
    Files.createSymbolicLink(folder.resolve("link"), closed.resolve("open"));
    write("eves/.forward", ":include:" + path.replace("FOLDER", folder.toString()));

    assertThat(targets(expand("eve@local.test"))).isEqualTo(targets);
  }

  @Test
  void filesThatNameEachOtherWithoutEndAreNoEndOfTheServer() throws IOException {
    for (int i = 0; i < 3000; i++) {
      write("home/list" + i, ":include:HOME/list" + (i + 1));
    }
    write("home/.forward", ":include:HOME/list0\n");

    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("HIM@local.test=451 4.6.0 Alias expansion error");
  }

  /** Whoever guesses names has nothing read for it. */
  @Test
  void nothingIsReadForWhomNobodyIs() {
    List<String> asked = new ArrayList<>();
    Facts facts =
        new Facts() {
          @Override
          public <T> T know(Fact<T> fact) {
            asked.add(fact.toString());
            return Facts.WAITING.know(fact);
          }
        };
    ReversePath sender = ReversePath.of(Address.parse("x@far.test"));
    Expansion expansion = expansion();

    assertThat(
            targets(
                expansion.expand(sender, Recipient.of(Address.parse("gone@local.test")), facts)))
        .startsWith("gone@local.test=550");

    assertThat(asked).noneMatch(fact -> fact.startsWith("forward_path"));
    expansion.expand(sender, Recipient.of(Address.parse("eve@local.test")), facts);
    assertThat(asked).contains("forward_path of eve@local.test");
  }

  @Test
  void manyFilesAreNamedByOne() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      write("home/list" + i, "a" + i + "@far.test");
      all.append(":include:HOME/list").append(i).append('\n');
    }
    write("home/.forward", all.toString());

    assertThat(expand("HIM@local.test").targets()).hasSize(50);
  }

  @Test
  void aUserNamesNotAsManyAsAListMayHave() throws IOException {
    for (int i = 0; i < 3; i++) {
      int of = i;
      write(
          "home/list" + i,
          IntStream.range(0, 4000).mapToObj(n -> of + "a" + n + "@f.test\n").collect(joining()));
    }
    write("home/.forward", ":include:HOME/list0\n:include:HOME/list1\n");
    assertThat(expand("HIM@local.test").targets()).hasSize(8000);

    write("home/.forward", ":include:HOME/list0\n:include:HOME/list1\n:include:HOME/list2\n");

    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("HIM@local.test=451 4.6.0 Alias expansion error");
  }

  /** All of these are one target: they have to be counted as they are looked at. */
  @Test
  void addressesThatMeanTheSameAreNoEndlessWork() throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    write("home/.forward", IntStream.range(0, 200).mapToObj(n -> "eve+" + n).collect(joining(" ")));
    write("eves/.forward", oneAddressInSoManyWays(2000));

    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("HIM@local.test=451 4.6.0 Alias expansion error");

    write("home/.forward", IntStream.range(0, 20).mapToObj(n -> "eve+" + n).collect(joining(" ")));

    assertThat(expand("HIM@local.test").targets()).hasSize(1);
  }

  /** All is looked at again for each file that another one names. */
  @Test
  void filesOneInAnotherLeaveRoomForFewerAddresses() throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    for (int i = 0; i < 50; i++) {
      write("home/list" + i, ":include:HOME/list" + (i + 1));
    }
    write("home/list50", "b@far.test");
    write("eves/.forward", oneAddressInSoManyWays(2000));
    String eves = IntStream.range(0, 30).mapToObj(n -> "eve+" + n).collect(joining(" "));
    write("home/.forward", eves + " :include:HOME/list45");
    assertThat(expand("HIM@local.test").targets()).hasSize(2);

    write("home/.forward", eves + " :include:HOME/list0");

    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("HIM@local.test=451 4.6.0 Alias expansion error");
  }

  private static String oneAddressInSoManyWays(int ways) {
    StringBuilder all = new StringBuilder();
    for (int way = 0; way < ways; way++) {
      for (int letter = 0; letter < 12; letter++) {
        all.append((way >> letter & 1) == 0 ? 'a' : 'A');
      }
      all.append("@far.test\n");
    }
    return all.toString();
  }

  /** Whoever writes to all of a user's extensions has his file in memory once. */
  @Test
  void aFileIsInMemoryOnceForAllWhoGoByIt() throws IOException {
    write("home/.forward", "b@far.test\n");
    List<HomeFile.Reading> read = new ArrayList<>();
    Facts facts =
        new Facts() {
          @Override
          public <T> T know(Fact<T> fact) {
            T known = Facts.WAITING.know(fact);
            if (known instanceof Optional<?> some
                && some.isPresent()
                && some.get() instanceof ForwardFiles.Found found) {
              read.add(found.reading());
            }
            return known;
          }
        };
    Expansion expansion = expansion();
    ReversePath sender = ReversePath.of(Address.parse("x@far.test"));

    for (String recipient : List.of("HIM+a@local.test", "HIM+b@local.test")) {
      expansion.expand(sender, Recipient.of(Address.parse(named(recipient))), facts);
    }

    assertThat(read).hasSize(2);
    assertThat(read.get(0)).isSameAs(read.get(1));
    write("home/.forward", "c@far.test, d@far.test\n");
    assertThat(
            targets(
                expansion.expand(
                    sender, Recipient.of(Address.parse(named("HIM+a@local.test"))), facts)))
        .startsWith("c@far.test by HIM+a@local.test, d@far.test");
  }

  /** One who names what no queue can keep keeps nobody else's mail from being taken. */
  @Test
  void aCommandThatTheQueueCannotHaveIsRefusedForNow() throws IOException {
    write("home/.forward", "\"|cat \0\"\n");

    assertThat(
            targets(
                expand(
                    "HIM@local.test",
                    "program_delivery_enable",
                    "yes",
                    "allow_mail_to_commands",
                    "forward")))
        .isEqualTo("HIM@local.test=451 4.3.5 Server configuration error");
  }

  @Test
  void whatIsToldIsShort() throws IOException {
    write("home/.forward", "b@far.test\n".repeat(3000) + "c@far.test\n".repeat(2000));
    Expanded few = expand("HIM@local.test");
    assertThat(few.trace().toString()).hasSizeLessThan(500);
    assertThat(few.targets()).hasSize(2);

    write(
        "home/.forward",
        IntStream.range(0, 3000).mapToObj(n -> "a" + n + "@far.test\n").collect(joining()));

    assertThat(expand("HIM@local.test").trace().get(0)).contains("a19@far.test and 2980 more");
    write("home/.forward", "a".repeat(10_000) + "@far.test\n");
    assertThat(expand("HIM@local.test").trace().toString()).hasSizeLessThan(13_000);
  }

  /** Nobody would bring it again. */
  @Test
  void whoIsToldOfSomethingHearsOfItWhateverHisFileSays() throws IOException {
    write("home/.forward", "no address@");
    Expansion expansion = expansion();
    Submission notification = notificationTo("HIM@local.test");

    assertThatThrownBy(() -> expansion.all(notification)).isInstanceOf(LookupUnavailable.class);
    assertThat(targets(expansion.told(notification).get(0))).isEqualTo("HIM@local.test");

    write("home/.forward", "b@far.test");

    assertThat(targets(expansion.told(notification).get(0)))
        .isEqualTo("b@far.test by HIM@local.test");
  }

  private Submission notificationTo(String recipient) {
    Envelope envelope =
        Envelope.of(ReversePath.NULL, List.of(Recipient.of(Address.parse(named(recipient)))));
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT);
        ContentSink sink = area.open(0)) {
      return new Submission(
          new QueueId("Q1"),
          Origin.REPORT,
          new Submission.Client(
              InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), ""),
          envelope,
          sink.finish(),
          Instant.EPOCH);
    }
  }

  /** To whom mail goes is not who may send in that name. */
  @Test
  void whereAUserHasHisMailSentIsNotWhoHeIs() throws IOException {
    write("home/.forward", "b@far.test\n");
    Expansion expansion = expansion();

    assertThat(expansion.leadsHome(Address.parse("me@local.test"), Facts.WAITING)).isTrue();
  }

  @Test
  void twoWhoSendToEachOtherAreALoop() throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    write("home/.forward", "eve\n");
    write("eves/.forward", "HIM\n");

    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("HIM@local.test=554 5.4.6 mail forwarding loop for HIM@mx.local.test");
    assertThat(expand("HIM@local.test").nowhere()).isPresent();
    write("eves/.forward", "b@far.test");
    assertThat(targets(expand("HIM@local.test")))
        .isEqualTo("b@far.test by HIM@local.test by eve@mx.local.test");
  }

  /** What others on the way get is not lost for that; in whatever order they stand there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'\\HIM, eve'; HIM@mx.local.test",
        "'eve, \\HIM'; HIM@mx.local.test",
        "'eve, b@far.test'; b@far.test by HIM@local.test",
      })
  void whoKeepsACopyOfALoopHasIt(String his, String target) throws IOException {
    assumeThat(him).isEqualTo(ROOT);
    write("home/.forward", his);
    write("eves/.forward", "HIM\n");

    for (String recipient : List.of("HIM@local.test", "HIM@mx.local.test")) {
      Expanded expanded = expand(recipient);

      assertThat(targets(expanded))
          .isEqualTo(
              target.replace("by HIM@local.test", "by " + recipient) + ", HIM@mx.local.test");
      assertThat(expanded.targets().get(1).route())
          .isEqualTo(
              new Route.Onward(
                  "error", named("5.4.6 mail forwarding loop for HIM@mx.local.test"), true));
    }
  }

  @Test
  void nothingIsMarkedWhereNobodyWantsThat() throws IOException {
    write("home/.forward", "b@far.test");

    assertThat(targets(expand("HIM@local.test", "prepend_delivered_header", "command")))
        .isEqualTo("b@far.test");
  }

  @Test
  void aPathThatIsNotWellWrittenIsAFault() {
    assertThatThrownBy(() -> expansion("forward_path", "$home/.forward${extension"))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("forward_path");
  }
}
