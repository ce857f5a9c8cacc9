package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.ParamClass;
import org.postroom.core.report.Place;
import org.postroom.core.report.Report;
import org.postroom.core.secret.Secret;

final class SettingsTest {

  enum Style {
    HOST,
    CLASS_ONLY
  }

  private static final ParamSet.Builder SET = ParamSet.named("sample");
  private static final Param<Duration> TIMEOUT =
      SET.time("timeout", "300s", Bounds.atLeast("1s"), "How long.");
  private static final Param<Duration> LIFETIME = SET.time("lifetime", "5d", "How long in queue.");
  private static final Param<Duration> DELAY = SET.time("delay", "0h", "When to say so.");
  private static final Param<Integer> LIMIT =
      SET.integer("limit", "10", Bounds.between("1", "100"), "How many.");
  private static final ParamFamily<Integer> LIMITS = SET.forEachTransport("_limit", LIMIT);
  private static final Param<Long> BYTES = SET.longs("bytes", "10240000", "How large.");
  private static final Param<Long> QUOTA = SET.size("quota", "1G", "How much.");
  private static final Param<Boolean> ENABLED = SET.bool("enabled", "no", "Whether.");
  private static final Param<List<String>> NAMES = SET.list("names", "$host, localhost", "Who.");
  private static final Param<String> HOST = SET.text("host", "a.example.org", "This host.");
  private static final Param<String> DOMAIN =
      SET.derived("domain", "$host", host -> host.substring(host.indexOf('.') + 1), "Its domain.");
  private static final Param<Style> STYLE =
      SET.choice("style", "host", Style.class, "Which.", Trait.RESTART);
  private static final Param<Optional<Path>> KEY = SET.optionalPath("key_file", "", "Where.");
  private static final Param<Secret> PASSWORD = SET.secret("password", "", "What.");
  private static final Param<String> LATER =
      SET.text("later", "$user/forward", "By mail.", Trait.DEFERRED_EXPANSION);
  private static final Param<List<String>> CLASSES =
      SET.list("classes", "", "Own names.", Trait.NAMES_PARAMETERS);
  private static final Param<Boolean> MODERN =
      SET.bool(
          "modern", "${{$compatibility_level} <level {3.6} ? {no} : {yes}}", "By level, and ours.");

  private static final Param<String> GUARD =
      SET.text("guard", "", "Who looks after it.", Trait.ADMINISTRATOR);
  private static final Param<String> GUESTS =
      SET.text("guests", "", "Whom the guard lets out.", Trait.ADMINISTRATOR);

  private static final ParamSet ALL = SET.build();

  private static List<String> said(Settings settings) {
    return new Report(List.of(), settings.notices()).said();
  }

  @Test
  void stressIsAnotherSnapshotOfTheSame() {
    Settings calm =
        Settings.builder(ALL)
            .set("limit", "${stress?{1}:{20}}")
            .set("timeout", "${stress?{10}:{300}}s")
            .build();

    assertThat(calm.get(LIMIT)).isEqualTo(20);
    assertThat(calm.underStress().get(LIMIT)).isEqualTo(1);
    assertThat(calm.underStress().get(TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
    assertThat(calm.underStress().get(HOST)).isEqualTo(calm.get(HOST));
    assertThat(calm.underStress().isGiven(ConfigParams.STRESS)).isFalse();
  }

  @Test
  void whatWouldBeWrongUnderStressIsAFaultFromTheStart() {
    assertThatThrownBy(() -> Settings.builder(ALL).set("limit", "${stress?{1000}:{20}}").build())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("limit")
        .hasMessageContaining("1000");
  }

  @Test
  void stressThatIsSetByHandHoldsAlways() {
    Settings tried =
        Settings.builder(ALL).set("stress", "yes").set("limit", "${stress?{1}:{20}}").build();

    assertThat(tried.get(LIMIT)).isEqualTo(1);
  }

  @Test
  void defaultsAreTyped() {
    Settings settings = Settings.of(ALL);

    assertThat(settings.get(TIMEOUT)).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.get(LIFETIME)).isEqualTo(Duration.ofDays(5));
    assertThat(settings.get(LIMIT)).isEqualTo(10);
    assertThat(settings.get(BYTES)).isEqualTo(10_240_000);
    assertThat(settings.get(QUOTA)).isEqualTo(1L << 30);
    assertThat(settings.get(ENABLED)).isFalse();
    assertThat(settings.get(NAMES)).containsExactly("a.example.org", "localhost");
    assertThat(settings.get(DOMAIN)).isEqualTo("example.org");
    assertThat(settings.get(STYLE)).isEqualTo(Style.HOST);
    assertThat(settings.get(KEY)).isEmpty();
    assertThat(settings.get(LATER)).isEqualTo("$user/forward");
    assertThat(settings.notices()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "lifetime, 3, PT72H",
    "lifetime, 3h, PT3H",
    "delay, 4, PT4H",
    "timeout, 20, PT20S",
    "timeout, 2m, PT2M",
    "timeout, 1w, PT168H",
    "timeout, 1500ms, PT1.5S",
    "timeout, 1h30m, PT1H30M",
    "lifetime, 1d12h, PT36H",
  })
  void timeWithoutUnitTakesTheUnitOfTheDefault(String name, String text, Duration expected) {
    Settings settings = Settings.builder(ALL).set(name, text).build();

    Param<Duration> param =
        switch (name) {
          case "lifetime" -> LIFETIME;
          case "delay" -> DELAY;
          default -> TIMEOUT;
        };
    assertThat(settings.get(param)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "timeout, 0, 'expected a time (s, m, h, d, w) of at least 1s, but found \"0\"'",
    "timeout, 1h30, 'expected a time (s, m, h, d, w) of at least 1s, but found \"1h30\"'",
    "timeout, 10y, 'expected a time (s, m, h, d, w) of at least 1s, but found \"10y\"'",
    "timeout, -1s, 'expected a time (s, m, h, d, w) of at least 1s, but found \"-1s\"'",
    "timeout, 99999999999s, 'expected a time (s, m, h, d, w) of at least 1s, but found \"99999999999s\"'",
    "lifetime, '', 'expected a time (s, m, h, d, w) such as 30d, but found \"\"'",
    "limit, 101, 'expected a whole number from 1 to 100, but found \"101\"'",
    "limit, 10M, 'expected a whole number from 1 to 100, but found \"10M\"'",
    "limit, 4294967297, 'expected a whole number from 1 to 100, but found \"4294967297\"'",
    "bytes, 99999999999999999999, 'expected a whole number without unit, but found"
        + " \"99999999999999999999\"'",
    "quota, 9999999999G, 'expected a number of bytes (k, M, G, T allowed), but found"
        + " \"9999999999G\"'",
    "enabled, true, 'expected yes or no, but found \"true\"'",
    "style, subnet, 'expected one of host, class-only, but found \"subnet\"'",
    "names, {a, a closing brace is missing",
  })
  void badValueSaysWhatWasExpected(String name, String text, String message) {
    Settings.Builder builder = Settings.builder(ALL).set(name, text);

    BadConfiguration bad = catchThrowableOfType(BadConfiguration.class, builder::build);

    assertThat(bad.faults()).containsExactly(new Fault(Place.PROGRAM, name, message));
  }

  @Test
  void allFaultsAreReportedTogetherWithTheirPlaces() {
    MainCf file =
        MainCf.parse(
            "/etc/main.cf",
            """
            # a comment
            timeout = soon
            no assignment
            enabled =
               maybe
            names = $names
            """);

    BadConfiguration bad =
        catchThrowableOfType(
            BadConfiguration.class, () -> Settings.read(List.of(ALL), file, Map.of()));

    assertThat(bad)
        .hasMessage(
            """
            /etc/main.cf, line 3: missing '=' after attribute name: "no assignment"
            /etc/main.cf, line 2: timeout: expected a time (s, m, h, d, w) of at least 1s, but found "soon"
            /etc/main.cf, line 4: enabled: expected yes or no, but found "maybe"
            /etc/main.cf, line 6: names: unreasonable macro call nesting: $names contains itself\
            """);
  }

  @Test
  void programGoesOverFile() {
    MainCf file = MainCf.parse("main.cf", "timeout = 10s\nhost = b.example.net\n");

    Settings settings =
        Settings.builder(ALL).file(file).set(TIMEOUT, Duration.ofMillis(1500)).build();

    assertThat(settings.get(TIMEOUT)).isEqualTo(Duration.ofMillis(1500));
    assertThat(settings.get(DOMAIN)).isEqualTo("example.net");
    assertThat(settings.place(TIMEOUT)).isEqualTo(Place.PROGRAM);
    assertThat(settings.place(HOST)).isEqualTo(new Place("main.cf", 2));
    assertThat(settings.place(LIMIT)).isEqualTo(Place.DEFAULT);
    assertThat(settings.isGiven(LIMIT)).isFalse();
  }

  /** Whoever may say the one could undo the other. */
  @Test
  void theProgramSaysNothingBesideTheAdministrator() {
    MainCf file = MainCf.parse("main.cf", "limit = 5\nguard = ada\n");

    assertThatThrownBy(() -> Settings.builder(ALL).file(file).set("guests", "static:all").build())
        .hasMessageContaining("main.cf, line 2: guests: ")
        .hasMessageContaining("only the file may change it");
    assertThat(Settings.builder(ALL).set(GUARD, "ada").set(GUESTS, "bob").build().get(GUESTS))
        .isEqualTo("bob");
  }

  /** A name in it would be the program's to fill. */
  @Test
  void whatIsTheAdministratorsIsWrittenOut() {
    assertThatThrownBy(
            () ->
                Settings.builder(ALL)
                    .file(MainCf.parse("main.cf", "keeper = ada\nguard = $keeper\n"))
                    .build())
        .hasMessageContaining("main.cf, line 2: guard: must not refer to other parameters");
    assertThat(
            Settings.builder(ALL)
                .file(MainCf.parse("main.cf", "guard = a$$b\n"))
                .build()
                .get(GUARD))
        .isEqualTo("a$b");
  }

  @Test
  void whatIsTheAdministratorsIsTheFilesToSay() {
    MainCf file = MainCf.parse("main.cf", "limit = 5\nguard = ada\n");

    assertThatThrownBy(() -> Settings.builder(ALL).file(file).set(GUARD, "").build())
        .hasMessageContaining("main.cf, line 2: guard: said here, and the program says \"\"");
    assertThatThrownBy(() -> Settings.builder(ALL).file(file).set("guard", "eve").build())
        .isInstanceOf(BadConfiguration.class);

    Settings same = Settings.builder(ALL).file(file).set(GUARD, "ada").build();
    assertThat(same.place(GUARD)).isEqualTo(new Place("main.cf", 2));
    Settings alone = Settings.builder(ALL).set(GUARD, "eve").set(GUARD, "bob").build();
    assertThat(alone.get(GUARD)).isEqualTo("bob");
  }

  @Test
  void valueFromProgramIsNotExpanded() {
    Settings settings = Settings.builder(ALL).set(HOST, "$names ${x}").set(LATER, "$user").build();

    assertThat(settings.get(HOST)).isEqualTo("$names ${x}");
    assertThat(settings.get(LATER)).isEqualTo("$user");
  }

  @Test
  void programSaysEverythingAFileCanSay() {
    Settings settings =
        Settings.builder(ALL)
            .set(NAMES, List.of("a", "{b, c}", "d"))
            .set(STYLE, Style.CLASS_ONLY)
            .set(QUOTA, 5L)
            .set(ENABLED, true)
            .set(KEY, Optional.of(Path.of("/k")))
            .set(PASSWORD, Secret.of("s3$cret"))
            .build();

    assertThat(settings.get(NAMES)).containsExactly("a", "{b, c}", "d");
    assertThat(settings.get(STYLE)).isEqualTo(Style.CLASS_ONLY);
    assertThat(settings.get(QUOTA)).isEqualTo(5);
    assertThat(settings.get(ENABLED)).isTrue();
    assertThat(settings.get(KEY)).contains(Path.of("/k"));
    assertThat(settings.get(PASSWORD).reveal()).isEqualTo("s3$cret");
  }

  @Test
  void emptyValueGoesOverTheDefault() {
    Settings settings = Settings.builder(ALL).file(MainCf.parse("main.cf", "names =")).build();

    assertThat(settings.get(NAMES)).isEmpty();
    assertThat(settings.isGiven(NAMES)).isTrue();
  }

  @Test
  void presetStandsForTheDefaultAndIsNotGiven() {
    Settings settings = Settings.builder(ALL).preset(HOST, "c.example.com").build();

    assertThat(settings.get(HOST)).isEqualTo("c.example.com");
    assertThat(settings.get(DOMAIN)).isEqualTo("example.com");
    assertThat(settings.isGiven(HOST)).isFalse();
  }

  @Test
  void unknownNameIsWarnedAboutWithTheNearestOne() {
    MainCf file = MainCf.parse("main.cf", "timeuot = 5\nenabled = yes\n");

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(said(settings))
        .containsExactly(
            "warning: main.cf, line 1: unused parameter: timeuot=5 (did you mean timeout?)");
  }

  @Test
  void namesThatAreUsedAreTheAdministratorsOwn() {
    MainCf file =
        MainCf.parse(
            "main.cf",
            """
            base = example.net
            sub = mail.$base
            host = ${sub}
            classes = strict
            strict = reject $base
            """);

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(said(settings)).isEmpty();
    assertThat(settings.get(HOST)).isEqualTo("mail.example.net");
    assertThat(settings.get(CLASSES)).containsExactly("strict");
    assertThat(settings.expandedText("strict")).contains("reject example.net");
  }

  @Test
  void undefinedNameIsEmptyAndWarnedAboutOnce() {
    MainCf file = MainCf.parse("main.cf", "host = a$nothing$nothing");

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(settings.get(HOST)).isEqualTo("a");
    assertThat(said(settings))
        .containsExactly("warning: main.cf, line 1: undefined parameter: nothing");
  }

  @Test
  void unsupportedNameRefusesTheStart() {
    Settings.Builder builder =
        Settings.builder(ALL)
            .file(MainCf.parse("main.cf", "smtpd_proxy_filter = [127.0.0.1]:10024"));

    BadConfiguration bad = catchThrowableOfType(BadConfiguration.class, builder::build);

    assertThat(bad.faults()).hasSize(1);
    assertThat(bad)
        .hasMessage(
            "main.cf, line 1: smtpd_proxy_filter: is not supported, and ignoring it would not be safe:"
                + " filters are not there yet; remove it, or add it to"
                + " accept_unsupported_parameters");
  }

  @Test
  void unsupportedNameIsAcceptedWhenAskedFor() {
    MainCf file =
        MainCf.parse(
            "main.cf",
            "smtpd_proxy_filter = x:\naccept_unsupported_parameters = smtpd_proxy_filter\n");

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(said(settings))
        .containsExactly(
            "warning: main.cf, line 1: smtpd_proxy_filter is not supported and ignored: filters are"
                + " not there yet");
  }

  @Test
  void unsupportedNameAtItsDefaultHarmsNobody() {
    MainCf file =
        MainCf.parse(
            "main.cf",
            "smtpd_proxy_filter =\nmanpage_directory = /x\nin_flow_delay = 5s\nbiff = no\n");

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(settings.notices())
        .extracting(Notice::toString)
        .contains(
            "note: main.cf, line 2: manpage_directory has no meaning here",
            "note: main.cf, line 3: in_flow_delay has no effect here: clients wait for the store"
                + " itself")
        .noneMatch(line -> line.contains("biff"));
  }

  @Test
  void aSecretIsStarsInTextsThatOthersRead() {
    Settings settings = Settings.builder(ALL).set("password", "hidden").build();

    assertThat(settings.shownText("password")).contains("***");
    assertThat(settings.shownText("strict")).isEqualTo(settings.expandedText("strict"));
    assertThat(settings.shownText("nobody")).isEmpty();
  }

  @Test
  void aSecretIsNotTakenFromAFileThatEverybodyCanRead(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("pw"), "hidden\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    Path file = Files.writeString(folder.resolve("main.cf"), "password = hidden\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> Settings.builder(ALL).set("password", "file:" + secret).build())
        .hasMessageContaining("chmod 0600 " + secret)
        .hasMessageNotContaining("hidden");
    assertThatThrownBy(() -> Settings.builder(ALL).file(MainCf.read(file)).build())
        .hasMessageContaining("chmod 0600 " + file)
        .hasMessageNotContaining("hidden");
  }

  @Test
  void secretsAreNotShown(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("pw"), "hidden\nmore\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    Settings settings = Settings.builder(ALL).set("password", "file:" + file).build();

    assertThat(settings.get(PASSWORD).reveal()).isEqualTo("hidden");
    assertThat(settings.get(PASSWORD)).hasToString("***");
    assertThat(settings.text(PASSWORD)).isEqualTo("***");
  }

  @Test
  void unreadableSecretIsAFault() {
    Settings.Builder builder = Settings.builder(ALL).set("password", "file:/does/not/exist");

    assertThatThrownBy(builder::build)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("password: cannot read /does/not/exist");
  }

  @Test
  void reloadKnowsWhatNeedsARestart() {
    Settings old = Settings.of(ALL);
    Settings changed = Settings.builder(ALL).set(STYLE, Style.CLASS_ONLY).set(LIMIT, 20).build();

    assertThat(old.needRestart(changed)).containsExactly(STYLE);
    assertThat(old.needRestart(old)).isEmpty();
  }

  @Test
  void whatNeedsARestartIsAsItWasStartedWith() {
    Settings started = Settings.of(ALL);
    Settings changed = Settings.builder(ALL).set(STYLE, Style.CLASS_ONLY).set(LIMIT, 20).build();

    Settings inEffect = changed.asStarted(started);

    assertThat(inEffect.get(STYLE)).isEqualTo(started.get(STYLE));
    assertThat(inEffect.text(STYLE)).isEqualTo(started.text(STYLE));
    assertThat(inEffect.isGiven(STYLE)).isFalse();
    assertThat(inEffect.get(LIMIT)).isEqualTo(20);
    assertThat(inEffect.underStress().get(STYLE)).isEqualTo(started.get(STYLE));
    assertThat(started.needRestart(inEffect)).isEmpty();
  }

  @Test
  void readingAParameterOfAnotherSetIsABug() {
    Param<String> stranger = ParamSet.named("other").text("host", "", "");

    assertThatThrownBy(() -> Settings.of(ALL).get(stranger))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "x", "1"})
  void declarationWithADefaultOutsideItsBoundsIsABug(String preset) {
    ParamSet.Builder set = ParamSet.named("wrong");

    assertThatThrownBy(() -> set.time("t", preset, Bounds.atLeast("2s"), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sameNameInTwoSetsIsABug() {
    ParamSet.Builder other = ParamSet.named("other");
    other.text("host", "", "");

    assertThatThrownBy(() -> Settings.of(ALL, other.build()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsWrongIsReportedBesideWhatIsToBeKnown() {
    MainCf file =
        MainCf.parse("main.cf", "limit = x\nnonsense = 1\nmaster_service_disable = yes\n");

    BadConfiguration bad =
        catchThrowableOfType(
            BadConfiguration.class, () -> Settings.builder(ALL).file(file).build());

    assertThat(bad.faults())
        .extracting(Fault::name)
        .containsExactly("limit", "master_service_disable");
    assertThat(bad.faults())
        .extracting(Fault::paramClass)
        .containsExactly(ParamClass.IMPLEMENTED, ParamClass.REFUSED);
    assertThat(bad.report().said())
        .containsExactly("warning: main.cf, line 2: unused parameter: nonsense=1");
  }

  @Test
  void aValueThatIsNoneLeavesTheDefaultForWhatIsCheckedNext() {
    Settings.Examined examined = Settings.builder(ALL).set("limit", "x").examine();

    assertThat(examined.report().isGood()).isFalse();
    assertThat(examined.settings().get(LIMIT)).isEqualTo(10);
  }

  @Test
  void settingsOverOthersSayOnlyWhatIsNew() {
    MainCf file = MainCf.parse("main.cf", "nonsense = 1\nlimit = 5\nhost = mail.example.org\n");
    Settings base = Settings.builder(ALL).file(file).build();
    MainCf.Entry more = new MainCf.Entry("limit", "6", new Place("master.cf", 3));
    MainCf.Entry typo = new MainCf.Entry("limt", "$host", new Place("master.cf", 3));

    Settings over = base.over().preset(TIMEOUT, "5s").set(more).set(typo).build();

    assertThat(over.get(LIMIT)).isEqualTo(6);
    assertThat(over.place(LIMIT)).hasToString("master.cf, line 3");
    assertThat(over.get(TIMEOUT)).isEqualTo(Duration.ofSeconds(5));
    assertThat(over.isGiven(TIMEOUT)).isFalse();
    assertThat(over.get(HOST)).isEqualTo("mail.example.org");
    assertThat(base.get(LIMIT)).isEqualTo(5);
    assertThat(said(over))
        .containsExactly(
            "warning: master.cf, line 3: unused parameter: limt=$host (did you mean limit?)");
  }

  @Test
  void withoutALevelTheNewestDefaultsHoldAndTheOldOnesAreNamed() {
    MainCf file = MainCf.parse("main.cf", "limit = 5\n");

    Settings settings = Settings.builder(ALL).file(file).build();

    assertThat(new Report(List.of(), settings.notices()).details())
        .singleElement()
        .asString()
        .contains("modern = no");
    assertThat(settings.get(MODERN)).isTrue();
  }

  @Test
  void parametersOfATransportAreKnownOnceTheTransportIs() {
    String name = "gate_delivery_slot_cost";

    Settings without = Settings.builder(ALL).set(name, "1s").build();
    Settings with = Settings.builder(ALL).transports(List.of("gate")).set(name, "1s").build();

    assertThat(said(without)).singleElement().asString().contains("unused parameter");
    assertThat(said(with)).singleElement().asString().contains("has no effect here");
  }

  @Test
  void eachTransportHasItsOwnOfAFamilyOrWhatHoldsForAll() {
    MainCf file =
        MainCf.parse(
            "main.cf", "limit = 7\ngate_limit = 3\nrelay_limit = $gate_limit\nlmtp_limt = 2\n");
    Settings settings = Settings.builder(ALL).transports(List.of("gate")).file(file).build();

    assertThat(settings.get(LIMITS, "gate")).isEqualTo(3);
    assertThat(settings.get(LIMITS, "relay")).isEqualTo(3);
    assertThat(settings.get(LIMITS, "smtp")).isEqualTo(7);
    assertThat(settings.get(LIMITS, "unheard-of")).isEqualTo(7);
    assertThat(settings.expandedText("smtp_limit")).contains("7");
    assertThat(settings.params())
        .filteredOn(param -> param.name().equals("smtp_limit"))
        .singleElement()
        .satisfies(param -> assertThat(settings.text(param)).isEqualTo("$limit"));
    assertThat(said(settings))
        .containsExactly(
            "warning: main.cf, line 4: unused parameter: lmtp_limt=2 (did you mean lmtp_limit?)");
    assertThat(settings.over().set("gate_limit", "9").build().get(LIMITS, "gate")).isEqualTo(9);
  }

  @Test
  void oneOfAFamilyIsCheckedAsWhatHoldsForAll() {
    MainCf file = MainCf.parse("main.cf", "smtp_limit = 0\nhouse_limit = 0\n");

    assertThatThrownBy(() -> Settings.builder(ALL).file(file).build())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("main.cf, line 1: smtp_limit: expected a whole number")
        .hasMessageNotContaining("house_limit:");
  }

  @Test
  void aRefusalThatAnotherParameterMakesHarmlessIsAWarning() {
    Settings settings =
        Settings.builder(ALL)
            .set("smtpd_milters", "inet:127.0.0.1:8891")
            .set("milter_default_action", "accept")
            .build();

    assertThat(said(settings)).anyMatch(line -> line.contains("smtpd_milters is not supported"));
  }
}
