package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.ChildJvm;
import org.postroom.core.testing.Shows;

/** The script {@code postroom}, in a house of its own with a Maven and a JDK that take notes. */
@Tag("process")
final class LauncherTest {
  private static final Path LAUNCHERS = Path.of("src/main/launcher");

  @TempDir private Path house;
  private Path mavenNotes;

  @BeforeEach
  void build() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
    write("postroom", Files.readString(Path.of("../postroom")));
    assertThat(house.resolve("postroom").toFile().setExecutable(true)).isTrue();
    write("pom.xml", "<project>\n  <version>1.2.3</version>\n</project>\n");
    write(".mvn/jvm.config", "");
    write("mail-dist/pom.xml", "");
    write("mail-dist/src/main/launcher/jvm.options", "-XX:+UseSerialGC");
    write("mail-dist/src/main/launcher/jvm-24.options", "--enable-native-access=ALL-UNNAMED");
    write("mail-dist/src/main/launcher/run.sh", Files.readString(LAUNCHERS.resolve("run.sh")));
    write("mail-dist/src/main/A.java", "class A {}");
    write("mail-dist/src/main/B.java", "class B {}");
    mavenNotes = house.resolve("maven-notes");
    program(
        "bin/mvn",
        """
        if [ "$1" = -v ]; then echo "Apache Maven 3.9.9"; exit 0; fi
        echo "$*" >>"HOUSE/maven-notes"
        if [ -p "HOUSE/gate" ]; then cat "HOUSE/gate" >/dev/null; fi
        if [ -e "HOUSE/broken" ]; then echo "no such symbol"; exit 1; fi
        mkdir -p "HOUSE/mail-dist/target/dist/lib"
        : >"HOUSE/mail-dist/target/dist/lib/a.jar"
        """);
    write("jdk/release", "JAVA_VERSION=\"17.0.1\"\n");
    program("jdk/bin/javac", "");
    program(
        "jdk/bin/java",
        """
        for word; do
          case $word in
          -XX:ArchiveClassesAtExit=* | -XX:AOTCacheOutput=*)
            if [ -p "HOUSE/gate" ]; then cat "HOUSE/gate" >/dev/null; fi
            echo "$*" >>"HOUSE/rehearsals"
            echo classes >"${word#*=}"
            echo rehearsed
            exit 0 ;;
          -XX:DumpLoadedClassList=*) echo "java/A id: $$" >"${word#*=}"; exit 0 ;;
          -XX:SharedClassListFile=*) # each class once
            [ "$(grep -c java/A "${word#*=}")" = 1 ] || exit 1 ;;
          -Xshare:dump) dumps=yes ;;
          -XX:SharedArchiveFile=*)
            if [ -n "${dumps:-}" ]; then echo classes >"${word#*=}"; exit 0; fi ;;
          esac
        done
        for word; do echo "<$word>"; done
        cat
        exit 42
        """);
  }

  @Test
  void withoutACommandSaysWhatThereIs() throws Exception {
    Outcome outcome = run("");

    assertThat(outcome.status()).isEqualTo(64);
    assertThat(outcome.said()).contains("./postroom serve");
    assertThat(mavenNotes).doesNotExist();
  }

  @Test
  void helpNamesEveryCommand() throws Exception {
    Outcome outcome = run("", "help");

    assertThat(outcome.status()).isZero();
    assertThat(Commands.line().getSubcommands().keySet())
        .allSatisfy(command -> assertThat(outcome.said()).contains("./postroom " + command));
  }

  @Test
  void versionIsThatOfTheSources() throws Exception {
    assertThat(run("", "--version").said()).isEqualTo("Postroom 1.2.3\n");
    assertThat(mavenNotes).doesNotExist();
  }

  @Test
  void passesArgumentsInputAndStatusOn() throws Exception {
    Outcome outcome = run("a password\n", "user", "add", "two words", "*");

    assertThat(outcome.status()).isEqualTo(42);
    assertThat(outcome.said()).endsWith("<user>\n<add>\n<two words>\n<*>\na password\n");
  }

  @Test
  @Shows("A1.14")
  void linksOfSendmailsNamesAreCalledAsIt() throws Exception {
    for (String name :
        List.of(
            "sendmail",
            "mailq",
            "newaliases",
            "postqueue",
            "postsuper",
            "postcat",
            "postconf",
            "postmap",
            "postalias",
            "makemap",
            "postfix",
            "doveconf",
            "doveadm")) {
      Files.createSymbolicLink(house.resolve("bin").resolve(name), house.resolve("postroom"));
    }

    assertThat(linked("sendmail", "-t", "-i")).endsWith("<sendmail>\n<-t>\n<-i>\n");
    assertThat(linked("mailq")).endsWith("<sendmail>\n<-bp>\n");
    assertThat(linked("newaliases")).endsWith("<sendmail>\n<-bi>\n");
    Files.createSymbolicLink(house.resolve("bin/other"), house.resolve("postroom"));
    assertThat(linked("other", "mailq", "-v")).endsWith("<sendmail>\n<-bp>\n<-v>\n");
    assertThat(linked("other", "newaliases")).endsWith("<sendmail>\n<-bi>\n");
    assertThat(linked("postqueue", "-p")).endsWith("<postqueue>\n<-p>\n");
    assertThat(linked("postsuper", "-d", "ALL")).endsWith("<postsuper>\n<-d>\n<ALL>\n");
    assertThat(linked("postcat", "-q")).endsWith("<postcat>\n<-q>\n");
    assertThat(linked("postconf", "-#", "x")).endsWith("<postconf>\n<-#>\n<x>\n");
    assertThat(linked("postmap", "hash:x")).endsWith("<postmap>\n<hash:x>\n");
    assertThat(linked("postalias", "x")).endsWith("<postalias>\n<x>\n");
    assertThat(linked("makemap", "hash", "x")).endsWith("<makemap>\n<hash>\n<x>\n");
    assertThat(linked("postfix", "status")).endsWith("<postfix>\n<status>\n");
  }

  private String linked(String name, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(house.resolve("bin").resolve(name).toString()));
    all.addAll(List.of(words));
    Process process = command(all.toArray(String[]::new));
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void optionsAreThoseDeclaredAndThenTheAdministrators() throws Exception {
    Outcome outcome = run("", List.of("POSTROOM_JAVA_OPTS=-Xmx128m -Dx=y"), "check");

    assertThat(outcome.said())
        .containsPattern(
            "(?m)^<@.*/jvm.options>\n<-XX:TieredStopAtLevel=1>\n<-XX:-UsePerfData>\n<-Xmx128m>\n<-Dx=y>\n<-cp>\n")
        .doesNotContain("jvm-24.options");
  }

  /** By the locale C, Java 17 does not know other letters in words. */
  @ParameterizedTest
  @CsvSource({
    "LANG=, C.UTF-8",
    "LANG=C, C.UTF-8",
    "LC_ALL=POSIX, C.UTF-8",
    "LC_CTYPE=C, C.UTF-8",
    "LANG=de_DE.UTF-8, ''",
    "LC_ALL=de_DE, de_DE",
  })
  void wordsAreUtf8WhereTheLocaleSaysNothing(String given, String all) throws Exception {
    program("jdk/bin/java", "echo \"<${LC_ALL:-}>\"");

    List<String> environment = List.of("-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG", given);

    assertThat(run("", environment, "check").said()).endsWith("<" + all + ">\n");
  }

  @Test
  void laterJvmsHaveMoreOptions() throws Exception {
    write("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");

    assertThat(run("", "check").said())
        .containsPattern(
            "(?m)^<@.*/jvm.options>\n<@.*/jvm-24.options>\n<-XX:TieredStopAtLevel=1>\n<-XX:-UsePerfData>\n<-cp>\n");
  }

  @Test
  void buildsOnceForTheSameSources() throws Exception {
    run("", "check");
    run("", "check");
    assertThat(numberOfBuilds()).isEqualTo(1);

    Files.delete(house.resolve("mail-dist/src/main/B.java"));
    run("", "check");
    assertThat(numberOfBuilds()).isEqualTo(2);

    write("mail-dist/src/main/A.java", "class A { int a; }");
    run("", "check");
    assertThat(numberOfBuilds()).isEqualTo(3);

    Files.writeString(house.resolve("postroom"), "# changed\n", StandardOpenOption.APPEND);
    run("", "check");
    run("", "check");
    assertThat(numberOfBuilds()).isEqualTo(4);
  }

  /** An archive of another version beside the new one would be on the class path, too. */
  @Test
  void nothingOfAnOlderBuildIsInTheNext() throws Exception {
    write("mail-dist/target/dist/lib/old.jar", "");

    run("", "check");

    assertThat(builds().get(0).resolve("lib").toFile().list()).containsExactly("a.jar");
  }

  @Test
  void whatRunsKeepsItsFiles() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")));
    Process server = command(house.resolve("postroom").toString(), "serve");
    BufferedReader says = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8));
    String line = says.readLine();
    while (line != null && !line.equals("<serve>")) {
      line = says.readLine();
    }
    Path of = builds().get(0);
    awaitArchives(); // they hold it, too

    buildSources(4);

    assertThat(builds()).hasSize(4).contains(of);
    server.getOutputStream().close();
    assertThat(server.waitFor()).isEqualTo(42);
    buildSources(1);
    assertThat(builds()).hasSize(3).doesNotContain(of);
  }

  private void buildSources(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      write("mail-dist/src/main/A.java", "class A {} // " + numberOfBuilds());
      Outcome outcome = run("", "check");
      assertThat(outcome.status()).isEqualTo(42);
    }
  }

  private List<Path> builds() throws IOException {
    try (Stream<Path> files = Files.list(house.resolve("mail-dist/target/run"))) {
      return files.filter(Files::isDirectory).toList();
    }
  }

  @Test
  void ofTwoAtTheSameMomentOneBuilds() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")));
    assertThat(command("mkfifo", house.resolve("gate").toString()).waitFor()).isZero();
    Process first = command(house.resolve("postroom").toString(), "check");
    BufferedReader firstSays = untilItSays("building", first);
    Process second = command(house.resolve("postroom").toString(), "check");
    BufferedReader secondSays = untilItSays("waiting for another build", second);

    Files.writeString(house.resolve("gate"), "go");

    assertThat(firstSays.lines()).contains("<check>");
    assertThat(secondSays.lines()).contains("<check>");
    assertThat(first.waitFor()).isEqualTo(42);
    assertThat(second.waitFor()).isEqualTo(42);
    assertThat(numberOfBuilds()).isEqualTo(1);
  }

  @Test
  void saysWhyABuildFailed() throws Exception {
    write("broken", "");

    Outcome outcome = run("", "check");

    assertThat(outcome.status()).isEqualTo(70);
    assertThat(outcome.said()).contains("no such symbol").contains("the build failed");
  }

  @Test
  void testLooksAtStyleAndRulesBeforeAnyTest() throws Exception {
    assertThat(run("", "test", "-Dx=y").status()).isZero();

    assertThat(mavenWasAsked())
        .containsExactly(
            "-q -T2 -Dx=y spotless:check process-test-classes",
            "-Drules.skip -Denforcer.skip -Dx=y test");
  }

  @Test
  void testsNothingWhereStyleOrRulesAreBroken() throws Exception {
    write("broken", "");

    assertThat(run("", "test").status()).isEqualTo(1);
    assertThat(mavenWasAsked()).hasSize(1);
  }

  @Test
  void aTierIsAProfile() throws Exception {
    assertThat(run("", "test", "long").status()).isZero();

    assertThat(mavenWasAsked().get(1))
        .isEqualTo("-Plong -Dtests.forks=1 -Drules.skip -Denforcer.skip test");
  }

  @Test
  void theQuickTierIsOneRun() throws Exception {
    assertThat(run("", "test", "quick").status()).isZero();

    assertThat(mavenWasAsked())
        .containsExactly("-Pquick -T2 -Drules.skip -Denforcer.skip spotless:check test");
  }

  @Test
  void whatIsLeftOutIsLeftOutOfTheTestsOfTheModulesThatAreNamed() throws Exception {
    write("mail-dist/src/test/java/org/postroom/dist/ATest.java", "");

    run("", "test", "mail-dist", "-Dtest=!BTest", "-o");

    assertThat(mavenWasAsked().get(1))
        .startsWith("-Drules.skip -Denforcer.skip -Dtest=org/postroom/dist/**/*Test,!BTest -am");
  }

  @Test
  void aModuleIsTestedAloneByThePackagesOfItsTests() throws Exception {
    write("mail-dist/src/test/java/org/postroom/dist/ATest.java", "");
    write("mail-dist/src/test/java/org/postroom/house/BTest.java", "");

    run("", "test", "quick", "mail-dist", "-o");

    assertThat(mavenWasAsked())
        .containsExactly(
            "-Pquick -T2 -Drules.skip -Denforcer.skip"
                + " -Dtest=org/postroom/dist/**/*Test,org/postroom/house/**/*Test"
                + " -am -pl mail-dist -Dsurefire.failIfNoSpecifiedTests=false -o"
                + " spotless:check test");
  }

  @Test
  void ofAModuleOneTestCanBeAskedFor() throws Exception {
    write("mail-dist/src/test/java/org/postroom/dist/ATest.java", "");

    run("", "test", "mail-dist", "-Dtest=ATest");

    assertThat(mavenWasAsked().get(1))
        .isEqualTo(
            "-Drules.skip -Denforcer.skip -am -pl mail-dist"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dtest=ATest test");
  }

  @ParameterizedTest
  @CsvSource({
    "17.0.1, jsa, ArchiveClassesAtExit, SharedArchiveFile",
    "24.0.1, jsa, ArchiveClassesAtExit, SharedArchiveFile",
    "25.0.1, aot, AOTCacheOutput, AOTCache",
  })
  void archivesTheServersClassesOnce(String version, String kind, String writes, String reads)
      throws Exception {
    write("jdk/release", "JAVA_VERSION=\"" + version + "\"\n");
    Path rehearsals = house.resolve("rehearsals");

    Outcome first = run("", "serve", "-d", "here");
    Path archive = builds().get(0).resolve("serve-" + version + "." + kind);
    awaitArchives();
    Outcome second = run("", "serve", "-d", "here");

    assertThat(first.said()).endsWith("<serve>\n<-d>\n<here>\n").doesNotContain(kind);
    assertThat(Files.readString(rehearsals)).contains("-XX:" + writes + "=").contains(".Rehearsal");
    assertThat(second.said())
        .contains("<-XX:" + reads + "=" + archive.toRealPath() + ">")
        .endsWith("<serve>\n<-d>\n<here>\n")
        .doesNotContain("TieredStopAtLevel");
    assertThat(run("", "queue", "list").said())
        .contains("<-XX:SharedArchiveFile=")
        .contains("/commands-" + version + ".jsa>");
    assertThat(Files.readAllLines(rehearsals)).hasSize(1);
    assertThat(numberOfBuilds()).isEqualTo(1);
  }

  /** Neither it nor its output, which somebody may read to its end, waits for the archive. */
  @Test
  void aFirstServerDoesNotWaitForItsArchive() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")));
    run("", "check");
    assertThat(command("mkfifo", house.resolve("gate").toString()).waitFor()).isZero();

    assertThat(run("", "serve").status()).isEqualTo(42);
    assertThat(run("", "serve").status()).isEqualTo(42);

    assertThat(house.resolve("rehearsals")).doesNotExist();
    Files.writeString(house.resolve("gate"), "go");
    awaitArchives();
    assertThat(Files.readAllLines(house.resolve("rehearsals"))).hasSize(1);
  }

  /** Java starts with one archive or none; and says so of one that does not fit. */
  @Test
  void whoeverSpeaksOfArchivesHasNoneOfOurs() throws Exception {
    run("", "serve");
    awaitArchives();

    assertThat(run("", List.of("POSTROOM_JAVA_OPTS=-Xshare:off"), "serve").said())
        .contains("<-Xshare:off>")
        .doesNotContain("SharedArchiveFile");
    assertThat(run("", "serve").said()).contains("<-Xlog:cds*=off>\n<-XX:SharedArchiveFile=");
  }

  /** As other faults of a configuration; what may pass is left to the server itself. */
  @ParameterizedTest
  @CsvSource({
    "-XX:+NoSuchOption, 78, Unrecognized VM option 'NoSuchOption'",
    "-XX:+UseG1GC, 78, Conflicting collector combinations|Multiple garbage collectors selected",
    "-Xms64m -Xmx32m, 78, Initial heap size set to a larger value than the maximum heap size",
    "-XX:NewRatio=x, 78, Improperly specified VM option",
    "-XX:+HeapDumpOnOutOfMemoryErorr, 78, Unrecognized VM option",
    "-XX:ReservedCodeCacheSize=1k, 78, outside the allowed range",
    "-Xmx1k, 78, Too small",
    "-Xms2000g -Xmx2000g, 42, -Xms2000g",
    "-Xmx32m -Dx=y, 42, -Dx=y",
    "-Xlog:gc -XX:+NoSuchOption, 78, Unrecognized VM option 'NoSuchOption'",
    "-XX:+UseEpsilonGC, 78, experimental and must be enabled",
    "-Dnow=none, 42, -Dnow=none",
    "-agentlib:jdwp=transport=dt_socket|server=y, 42, jdwp",
  })
  void optionsThatJavaDoesNotTakeEndAServer(String options, int status, String said)
      throws Exception {
    program(
        "jdk/bin/java",
        """
        case "$*" in
        *now=none*-version) echo "Cannot create VM thread. Out of system resources."; exit 1 ;;
        *-version) exec JAVA "$@" ;;
        esac
        for word; do echo "<$word>"; done
        exit 42
        """
            .replace("JAVA", ChildJvm.command(List.of(), LauncherTest.class).get(0)));

    Outcome outcome = run("", List.of("POSTROOM_JAVA_OPTS=" + options.replace('|', ',')), "serve");

    assertThat(outcome.status()).as(outcome.said()).isEqualTo(status);
    assertThat(outcome.said()).containsPattern(said);
    if (status == 78) {
      assertThat(outcome.said())
          .containsPattern("postroom: error: POSTROOM_JAVA_OPTS: .*(" + said + ")")
          .doesNotContain("Could not create the Java Virtual Machine");
    }
  }

  /** Where the archive of a server cannot be made, it starts as well, and nothing is said. */
  @Test
  void aServerWithoutAnArchiveSaysNothing() throws Exception {
    program(
        "jdk/bin/java",
        """
        for word; do
          case $word in
          -XX:ArchiveClassesAtExit=*) echo "no room"; exit 1 ;;
          -XX:DumpLoadedClassList=* | -Xshare:dump) echo "no room"; exit 1 ;;
          esac
        done
        for word; do echo "<$word>"; done
        """);

    Outcome outcome = run("", "serve", "-d", "here");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.said()).endsWith("<serve>\n<-d>\n<here>\n").doesNotContain("no room");
  }

  /** What was begun beside a server holds a lock until it ends. */
  @AfterEach
  void awaitArchives() throws Exception {
    if (Files.isDirectory(house.resolve("mail-dist/target/run"))) {
      for (Path build : builds()) {
        if (Files.exists(build.resolve("archiving"))) {
          assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")));
          assertThat(command("flock", build.resolve("archiving").toString(), "true").waitFor())
              .isZero();
        }
      }
    }
  }

  /** A file that is copied over another one may be as old as it likes. */
  @Test
  void seesOtherSourcesThatAreOlder() throws Exception {
    run("", "check");
    Path source = house.resolve("mail-dist/src/main/A.java");

    Files.writeString(source, "class A { int other; }");
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
    run("", "check");

    assertThat(numberOfBuilds()).isEqualTo(2);
  }

  private record Outcome(int status, String said) {}

  private Outcome run(String input, String... arguments) throws Exception {
    return run(input, List.of(), arguments);
  }

  private Outcome run(String input, List<String> environment, String... arguments)
      throws Exception {
    List<String> words = new ArrayList<>(List.of("/usr/bin/env"));
    words.addAll(environment);
    words.add(house.resolve("postroom").toString());
    words.addAll(List.of(arguments));
    Process process = command(words.toArray(String[]::new));
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), said);
  }

  private Process command(String... words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("PATH", house.resolve("bin") + ":/usr/bin:/bin");
    builder.environment().put("JAVA_HOME", house.resolve("jdk").toString());
    builder.environment().put("TMPDIR", house.toString());
    builder.environment().remove("POSTROOM_JAVA_OPTS");
    return builder.start();
  }

  private static BufferedReader untilItSays(String words, Process process) throws IOException {
    process.getOutputStream().close();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line = lines.readLine();
    while (line != null && !line.contains(words)) {
      line = lines.readLine();
    }
    assertThat(line).as(words).isNotNull();
    return lines;
  }

  private int numberOfBuilds() throws IOException {
    return mavenWasAsked().size();
  }

  private List<String> mavenWasAsked() throws IOException {
    return Files.readAllLines(mavenNotes).stream()
        .map(line -> line.replaceFirst("^-B -ntp ", ""))
        .toList();
  }

  private void write(String name, String text) throws IOException {
    Path file = house.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void program(String name, String script) throws IOException {
    write(name, "#!/bin/sh\n" + script.replace("HOUSE", house.toString()));
    assertThat(house.resolve(name).toFile().setExecutable(true)).isTrue();
  }
}
