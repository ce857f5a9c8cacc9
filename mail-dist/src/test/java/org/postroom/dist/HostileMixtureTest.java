package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.ChildJvm;
import org.postroom.dist.HonestLoad.Pace;

/**
 * Twenty honest clients at full pace beside a mixture of all who mean harm, on a server with 128
 * MB: they hear nothing but success, and what the server holds does not grow. {@code
 * -Dpostroom.hostile.minutes=10} for as long as that.
 */
@Tag("process")
@EnabledOnOs(OS.LINUX)
final class HostileMixtureTest {
  private static final Duration LONG =
      Duration.ofMinutes(Integer.getInteger("postroom.hostile.minutes", 1));
  private static final int FEW_TURNS = 5;
  private static final Duration WARM = Duration.ofSeconds(15);

  @TempDir private Path folder;

  /** What the process has at one moment. */
  private record Holdings(long heapKib, int threads, int descriptors) {
    static Holdings of(ServerProcess server) throws IOException {
      return new Holdings(server.liveHeapKib(), server.threads(), server.descriptors());
    }

    /** As before, but for what one moment differs from another by chance. */
    boolean isAsSmallAs(Holdings before) {
      return heapKib < before.heapKib + 16 * 1024
          && threads < before.threads + 40
          && descriptors < before.descriptors + 50;
    }
  }

  @Test
  @Timeout(600)
  void honestClientsHearNothingButSuccess() throws Exception {
    Site site = site();
    try (ServerProcess server = start(site);
        HonestLoad honest = HonestLoad.begin(site, server)) {
      honest.warm(WARM);
      beside(server, honest, (mixture, half) -> untilFewTurns(honest, mixture, half));
    }
  }

  /**
   * In one run: what the machine can do differs from one to the next. The mixture has been there
   * once before: what its first turns have the server do is compiled then, which takes a part of
   * two processors for half a minute and more, is paid once, and is no pace.
   */
  @Test
  @Tag("long")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void honestClientsKeepTheirPace() throws Exception {
    Site site = site();
    try (ServerProcess server = start(site);
        HonestLoad honest = HonestLoad.begin(site, server)) {
      honest.warm(WARM);
      Pace unused = beside(server, honest, (mixture, half) -> compiled(honest, mixture, half));
      Pace before = honest.goOn(LONG.dividedBy(4));
      Pace beside = beside(server, honest, (mixture, half) -> honest.goOn(LONG.dividedBy(2)));
      Pace alone = before.mean(honest.goOn(LONG.dividedBy(4)));
      System.out.printf("hostile mixture: alone %s, beside it %s%n", alone, beside);
      assertThat(beside.mails()).isGreaterThan(0.8 * alone.mails());
      assertThat(beside.rounds()).isGreaterThan(0.8 * alone.rounds());
    }
  }

  private Site site() {
    return new Site(folder)
        .set("mynetworks", "127.0.0.1/32")
        .set("disable_plaintext_auth", "no")
        .set("imap_max_user_connections", "1000");
  }

  private static ServerProcess start(Site site) throws IOException {
    ServerProcess server = site.start("-Xmx128m", ChildJvm.BOTH_COMPILERS);
    site.addAccounts(List.of(HostileMixture.ACCOUNT));
    HostileMixture.provide(server);
    return server;
  }

  /**
   * The mixture beside them; gives the pace of the honest in both halves. The server holds a
   * connection for each that the hostile do, and little else; when they are gone, it has to be as
   * before.
   */
  private static Pace beside(ServerProcess server, HonestLoad honest, Half half) throws Exception {
    Pace pace;
    Holdings before = Holdings.of(server);
    try (HostileMixture mixture = HostileMixture.begin(server)) {
      Pace first = half.run(mixture, 1);
      Holdings middle = Holdings.of(server);
      pace = first.mean(half.run(mixture, 2));
      Holdings end = Holdings.of(server);
      int held = mixture.connections();
      System.out.printf(
          "hostile mixture: %s, before %s, middle %s, end %s, turns %s, sent away %s%n",
          pace, before, middle, end, mixture.turns(), mixture.cut());
      assertThat(end.threads).as("threads").isLessThan(before.threads + 40);
      assertThat(end.descriptors)
          .as("descriptors, with %s connections of theirs", held)
          .isLessThan(before.descriptors + held + 100);
      assertThat(mixture.turns().values()).allMatch(turns -> turns >= FEW_TURNS);
    }
    Holdings after = Holdings.of(server);
    for (int looks = 0; looks < 30 && !after.isAsSmallAs(before); looks++) {
      honest.goOn(Duration.ofSeconds(1)); // those who have gone are noticed one by one
      after = Holdings.of(server);
    }
    System.out.printf("hostile mixture: after it %s%n", after);
    assertThat(after).matches(now -> now.isAsSmallAs(before), "as small as " + before);
    assertThat(server.said()).doesNotContain("OutOfMemoryError");
    return pace;
  }

  /** How long each half of the attack lasts. */
  private interface Half {
    Pace run(HostileMixture mixture, int number) throws InterruptedException;
  }

  /** The same, until what their turns have the server do is compiled, too. */
  private static Pace compiled(HonestLoad honest, HostileMixture mixture, int half)
      throws InterruptedException {
    Pace unused = honest.goOn(WARM);
    return untilFewTurns(honest, mixture, half);
  }

  /** Until each kind has had its turn so often, which takes as long as the machine takes. */
  private static Pace untilFewTurns(HonestLoad honest, HostileMixture mixture, int half)
      throws InterruptedException {
    Pace pace = honest.goOn(Duration.ofSeconds(1));
    while (Collections.min(mixture.turns().values()) < half * FEW_TURNS) {
      pace = honest.goOn(Duration.ofSeconds(1));
    }
    return pace;
  }
}
