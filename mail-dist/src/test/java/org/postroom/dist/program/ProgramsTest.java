package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;

/** Programs come to an end, whatever they do. */
@Timeout(60)
@Tag("seconds")
final class ProgramsTest {
  private static final Duration LIMIT = Duration.ofSeconds(1000);

  private static final Environment ENVIRONMENT =
      new Environment(Set.of("NO_SUCH_NAME"), Map.of("PATH", "/usr/bin:/bin", "WORD", "said"));

  @TempDir private Path folder;

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-29T14:00:00Z"));
  private final ExecutorService workers = Executors.newFixedThreadPool(3);
  private final Programs programs = new Programs(2, time, workers);

  @AfterEach
  void end() {
    programs.close();
    workers.shutdownNow();
    time.close();
  }

  private CompletableFuture<Ending> run(String script, String input) {
    return programs.run(job(script, input));
  }

  private Job job(String script, String input) {
    return new Job(
        List.of("/usr/bin/setsid", "/bin/sh", "-c", script),
        ENVIRONMENT,
        folder,
        out -> out.write(input.getBytes(UTF_8)),
        LIMIT);
  }

  private static Ending.Exited exited(CompletableFuture<Ending> run) {
    return (Ending.Exited) run.join();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private long number(String name) {
    Until.so(() -> Files.exists(file(name)));
    Until.so(() -> text(name).endsWith("\n"));
    return Long.parseLong(text(name).strip());
  }

  private String text(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      return "";
    }
  }

  private static void isGone(long pid) {
    Until.so(() -> isDead(pid));
  }

  private static boolean isDead(long pid) {
    return !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void readWhatTheyAreGivenAndSayWhatTheyCameTo() {
    Ending.Exited ending = exited(run("cat; echo oops >&2; exit 67", "a line\n"));

    assertThat(ending.status()).isEqualTo(67);
    assertThat(ending.output()).isEqualTo("a line\noops\n");
  }

  @Test
  void haveNothingOfTheServersOwn() {
    assertThat(exited(run("env | sort; pwd", "")).output().lines())
        .contains("WORD=said", folder.toString())
        .noneMatch(line -> line.startsWith("HOME=") || line.startsWith("USER="));
  }

  @Test
  void needNotReadAnything() {
    assertThat(exited(run("exit 0", "x".repeat(3_000_000))).status()).isZero();
  }

  @Test
  void canReadAllOfIt() {
    assertThat(exited(run("wc -c", "x".repeat(3_000_000))).output()).isEqualTo("3000000\n");
  }

  @Test
  void mayWriteMoreThanIsKept() {
    Ending.Exited ending = exited(run("head -c 500000 /dev/zero | tr '\\0' x; exit 75", ""));

    assertThat(ending.status()).isEqualTo(75);
    assertThat(ending.output()).isEqualTo("x".repeat(4096));
  }

  @Test
  void areKilledWithAllTheyHaveStartedWhenTheirTimeIsOver() {
    CompletableFuture<Ending> run =
        run(
            "sleep 1000 & echo $! >a; (sleep 1000 & echo $! >b); echo $$ >c; cat >/dev/null; yes",
            "");
    long child = number("a");
    long orphan = number("b");
    long self = number("c");
    Until.so(() -> time.pending() > 0); // it runs before its time is counted

    time.advance(LIMIT.minusSeconds(1));
    assertThat(run).isNotDone();
    time.advance(Duration.ofSeconds(1));

    assertThat(run.join()).isEqualTo(new Ending.OutOfTime(LIMIT));
    isGone(child);
    isGone(orphan);
    isGone(self);
  }

  @Test
  void areDoneWithWhenTheyEndThoughOthersHoldTheirOutput() {
    CompletableFuture<Ending> run = run("sleep 1000 & echo $! >a; exit 3", "");
    long left = number("a");

    Until.so(
        () -> {
          time.advance(Duration.ofSeconds(1));
          return run.isDone();
        });

    assertThat(exited(run).status()).isEqualTo(3);
    ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void runSoManyAtOnceAndTheOthersInTheirTurn() throws IOException {
    List<CompletableFuture<Ending>> runs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      runs.add(run("echo $$ >s" + i + "; while [ ! -e go ]; do sleep 0.02; done", ""));
    }
    Until.so(() -> Files.exists(file("s0")) && Files.exists(file("s1")));

    assertThat(file("s2")).doesNotExist();
    runs.get(3).cancel(true);
    Files.createFile(file("go"));

    for (int i : List.of(0, 1, 2, 4)) {
      assertThat(exited(runs.get(i)).status()).isZero();
    }
    assertThat(file("s3")).as("nobody waits for it any more").doesNotExist();
  }

  @Test
  void areKilledWhenNobodyWaitsForThemAnyMore() {
    CompletableFuture<Ending> run = run("echo $$ >a; sleep 1000", "");
    long self = number("a");

    run.cancel(true);

    isGone(self);
    assertThat(exited(run("exit 3", "")).status()).isEqualTo(3);
  }

  @Test
  void endWithTheServer() {
    CompletableFuture<Ending> first = run("echo $$ >a; sleep 1000", "");
    CompletableFuture<Ending> second = run("echo $$ >b; sleep 1000", "");
    final CompletableFuture<Ending> third = run("echo $$ >c; sleep 1000", "");
    long one = number("a");
    long two = number("b");

    programs.close();

    isGone(one);
    isGone(two);
    assertThat(List.of(first.join(), second.join(), third.join()))
        .containsOnly(new Ending.Stopped());
    assertThat(file("c")).doesNotExist();
  }

  @Test
  void thatAreOnlyJustBegunEndWithTheServerToo() {
    int many = 24;
    Programs crowd = new Programs(many, time, workers);
    List<CompletableFuture<Ending>> runs = new ArrayList<>();
    long last;
    try {
      for (int i = 0; i < many; i++) {
        runs.add(crowd.run(job("echo $$ >c" + i + "; sleep 1000", "")));
      }
      last = number("c" + (many - 1)); // it runs, and Programs hardly know of that yet
    } finally {
      crowd.close();
    }

    assertThat(runs).allSatisfy(run -> assertThat(run.join()).isEqualTo(new Ending.Stopped()));
    isGone(last);
  }

  @Test
  void thatAreNotThereAreNoneAndLeaveNothingBehind() {
    Ending ending =
        programs
            .run(new Job(List.of("/no/such/program"), ENVIRONMENT, folder, out -> {}, LIMIT))
            .join();

    assertThat(ending)
        .isInstanceOfSatisfying(
            Ending.NotStarted.class, none -> assertThat(none.why()).contains("/no/such/program"));
    assertThat(exited(run("exit 0", "")).status()).isZero();
  }

  @Test
  void thatCannotBeGivenTheirInputAreNotRun() {
    Ending ending =
        programs
            .run(
                new Job(
                    List.of("/bin/sh", "-c", "echo >a"),
                    ENVIRONMENT,
                    folder,
                    out -> {
                      throw new IOException("no room");
                    },
                    LIMIT))
            .join();

    assertThat(ending).isEqualTo(new Ending.NotStarted("no room"));
    assertThat(file("a")).doesNotExist();
  }
}
