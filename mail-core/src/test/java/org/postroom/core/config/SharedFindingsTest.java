package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Report;
import org.postroom.core.secret.Secret;

/** What is looked at once and shared is what looking at everything would have found. */
final class SharedFindingsTest {
  private static final int ROUNDS = 400;
  private static final int TEXTS = 12;
  private static final int NUMBERS = 4;
  private static final int OWN = 3;
  private static final int LATER = 2;

  /** Parameters, and what is said of them, made up. */
  private static final class Sample {
    private final Random random;
    final ParamSet set;

    Sample(long seed) {
      random = new Random(seed);
      ParamSet.Builder builder = ParamSet.named("sample");
      for (int i = 0; i < TEXTS; i++) {
        Param<String> unused = builder.text("p" + i, text(i), "A text.");
      }
      for (int i = 0; i < LATER; i++) {
        Param<String> unused =
            builder.value(
                "d" + i,
                text(1),
                "a text",
                read -> read,
                written -> written,
                "A text that is expanded later.",
                Trait.DEFERRED_EXPANSION);
      }
      List<Param<Integer>> numbers = new ArrayList<>();
      for (int i = 0; i < NUMBERS; i++) {
        String preset = random.nextBoolean() ? "${stress?{1}:{20}}" : "7";
        numbers.add(builder.integer("n" + i, preset, "A number."));
      }
      ParamFamily<Integer> unused = builder.forEachTransport("_n", numbers.get(0));
      set = builder.build();
    }

    /** Refers to those before {@code below} alone, and to nobody's. */
    private String text(int below) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(2); i >= 0; i--) {
        text.append(piece(below));
      }
      return text.toString();
    }

    private String piece(int below) {
      String name = below == 0 ? "config_directory" : "p" + random.nextInt(below);
      return switch (random.nextInt(10)) {
        case 9 -> below > 1 ? "$d" + random.nextInt(LATER) : "a"; // whose defaults refer to p0
        case 0 -> "$" + name;
        case 1 -> "$(" + name + ")";
        case 2 -> "${" + name + "?{x$p0}:{y}}".replace("$p0", below == 0 ? "z" : "$p0");
        case 3 -> "$$" + name;
        case 4 -> "${{$" + name + "} == {a} ? {b} : {c}}";
        case 5 -> "${stress?{s}:{$" + name + "}}";
        case 6 -> "${ " + name + "}";
        default -> "a";
      };
    }

    /** What somebody says: good and bad, with references in circles among it. */
    Map<String, String> said() {
      Map<String, String> said = new LinkedHashMap<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        switch (random.nextInt(6)) {
          case 5 -> said.put("d" + random.nextInt(LATER), text(TEXTS));
          case 0 -> said.put("n" + random.nextInt(NUMBERS), number());
          case 1 -> said.put("own" + random.nextInt(OWN), text(TEXTS));
          case 2 -> said.put("smtp_n", number());
          case 3 -> said.put("p" + random.nextInt(TEXTS), "$own" + random.nextInt(OWN));
          default -> said.put("p" + random.nextInt(TEXTS), text(TEXTS));
        }
      }
      return said;
    }

    private String number() {
      return List.of("5", "no number", "$n0", "${stress?{none}:{3}}", "${p0?{1}:{2}}")
          .get(random.nextInt(5));
    }

    List<String> names() {
      List<String> names = new ArrayList<>();
      set.params().forEach(param -> names.add(param.name()));
      for (int i = 0; i < OWN; i++) {
        names.add("own" + i);
      }
      names.add("smtp_n");
      names.add("relay_n");
      return names;
    }
  }

  private static Settings.Builder with(Settings.Builder builder, Map<String, String> said) {
    said.forEach(builder::set);
    return builder;
  }

  private static void same(Sample sample, Settings one, Settings other) {
    for (String name : sample.names()) {
      assertThat(one.expandedText(name)).as(name).isEqualTo(other.expandedText(name));
    }
    for (Param<?> param : sample.set.params()) {
      assertThat((Object) one.get(param)).as(param.name()).isEqualTo(other.get(param));
    }
  }

  /** Empty where not even the defaults can be had. */
  private static Optional<Settings.Examined> examined(Settings.Builder builder) {
    try {
      return Optional.of(builder.examine());
    } catch (BadConfiguration e) {
      return Optional.empty();
    }
  }

  private static void same(Sample sample, Settings.Builder builder, Settings.Builder otherBuilder) {
    Optional<Settings.Examined> one = examined(builder);
    Optional<Settings.Examined> other = examined(otherBuilder);
    assertThat(one.map(Settings.Examined::report).map(Report::faults))
        .isEqualTo(other.map(Settings.Examined::report).map(Report::faults));
    if (one.isPresent() && other.isPresent()) {
      Settings its = one.get().settings();
      same(sample, its, other.get().settings());
      same(sample, its.underStress(), other.get().settings().underStress());
    }
  }

  @Test
  void whatGoesOverSettingsIsWhatAllOfItTogetherComesTo() {
    Set<Boolean> seen = new HashSet<>();
    for (long seed = 0; seed < ROUNDS; seed++) {
      Sample sample = new Sample(seed);
      Map<String, String> below = sample.said();
      Map<String, String> above = sample.said();
      Map<String, String> both = new LinkedHashMap<>(below);
      both.putAll(above);

      Optional<Settings> base =
          examined(with(Settings.builder(sample.set), below)).map(Settings.Examined::settings);
      if (base.isEmpty()) {
        continue;
      }

      same(sample, with(base.get().over(), above), with(Settings.builder(sample.set), both));
      Optional<Settings.Examined> over = examined(with(base.get().over(), above));
      over.ifPresent(found -> seen.add(found.report().isGood()));
      over.ifPresent(
          found ->
              same(
                  sample,
                  with(found.settings().over(), below),
                  with(with(Settings.builder(sample.set), both), below)));
    }
    assertThat(seen).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void whatBeginsWithDefaultsIsWhatAllOfItTogetherComesTo() {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Sample sample = new Sample(seed);
      Map<String, String> said = sample.said();
      Defaults defaults =
          Defaults.of(Map.of("config_directory", "/etc", "p3", "$p1 c"), sample.set);

      Settings.Builder begun =
          defaults.builder(sample.set).preset("config_directory", "/srv").preset("p4", "$p1");

      same(
          sample,
          with(begun, said),
          with(
              Settings.builder(sample.set).preset("config_directory", "/srv").preset("p4", "$p1"),
              said));
    }
  }

  @Test
  void valuesThatNothingHasChangedAreShared() {
    ParamSet.Builder set = ParamSet.named("sample");
    Param<String> host = set.text("host", "a.example.org", "This host.");
    Param<List<String>> names = set.list("names", "$host, localhost", "Who.");
    Param<List<String>> others = set.list("others", "x, y", "Who else.");
    Settings base = Settings.of(set.build());

    Settings over = base.over().set(host, "b.example.org").build();

    assertThat(over.get(others)).isSameAs(base.get(others));
    assertThat(base.underStress().get(names)).isSameAs(base.get(names));
    assertThat(over.get(names)).containsExactly("b.example.org", "localhost");
  }

  /** What is expanded later stands in other texts expanded at once. */
  @Test
  void whoRefersToWhatIsExpandedLaterFollowsWhatThatRefersTo() {
    ParamSet.Builder set = ParamSet.named("sample");
    Param<String> host = set.text("host", "a.example.org", "This host.");
    Param<String> command =
        set.value(
            "command",
            "tool $host ${stress?{fast}:{well}}",
            "a command",
            read -> read,
            written -> written,
            "What runs.",
            Trait.DEFERRED_EXPANSION);
    Param<String> shown = set.text("shown", "$command", "What is shown.");
    Settings base = Settings.of(set.build());

    Settings over = base.over().set(host, "b.example.org").build();

    assertThat(over.get(command)).isEqualTo("tool $host ${stress?{fast}:{well}}");
    assertThat(over.get(shown)).isEqualTo("tool b.example.org well");
    assertThat(over.underStress().get(shown)).isEqualTo("tool b.example.org fast");
  }

  @Test
  void whatIsATransportsIsNotTheAdministratorsAnyMore() {
    Settings base =
        Settings.builder(ParamSet.named("sample").build()).set("slow_recipient_limit", "5").build();

    Settings over = base.over().transports(List.of("slow")).build();

    assertThat(base.expandedText("slow_recipient_limit")).contains("5");
    assertThat(over.expandedText("slow_recipient_limit")).isEmpty();
  }

  @Test
  void whatAFileSaysIsReadForEachServer(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("mailname"), "one.example.org\n");
    ParamSet.Builder set = ParamSet.named("sample");
    Param<String> origin = set.textOrFile("origin", file.toString(), "What is appended.");
    Defaults defaults = Defaults.of(Map.of(), set.build());

    Files.writeString(file, "two.example.org\n");
    Settings first = defaults.builder().build();
    Files.writeString(file, "three.example.org\n");

    assertThat(first.get(origin)).isEqualTo("two.example.org");
    assertThat(first.over().build().get(origin)).isEqualTo("two.example.org");
    assertThat(defaults.builder().build().get(origin)).isEqualTo("three.example.org");
  }

  @Test
  void setsBesidesTheDefaultsAreDeclared() {
    ParamSet.Builder usual = ParamSet.named("usual");
    Param<String> host = usual.text("host", "a.example.org", "This host.");
    ParamSet all = usual.build();
    ParamSet.Builder added = ParamSet.named("added");
    Param<String> greeting = added.text("greeting", "I am $host", "What is said.");

    Settings settings =
        Defaults.of(Map.of(), all).builder(all, added.build()).set(host, "b.example").build();

    assertThat(settings.get(greeting)).isEqualTo("I am b.example");
  }

  /** Which secrets may lie open is a parameter, too: all of them depend on it. */
  @Test
  void whatHoldsForSecretsHoldsForThoseThatNobodyChanges(@TempDir Path folder) throws Exception {
    Path open = Files.writeString(folder.resolve("pw"), "hidden\n");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    ParamSet.Builder set = ParamSet.named("sample");
    Param<Secret> password = set.secret("password", "", "What.");
    Settings base =
        Settings.builder(set.build())
            .set("password", "file:" + open)
            .set("unsafe_files", open.toString())
            .build();

    Report stricter = base.over().set("unsafe_files", "").examine().report();

    assertThat(base.get(password).reveal()).isEqualTo("hidden");
    assertThat(stricter.faults()).extracting(fault -> fault.name()).containsExactly("password");
  }
}
