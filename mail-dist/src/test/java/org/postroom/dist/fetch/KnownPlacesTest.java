package org.postroom.dist.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.MemoryNamedMails;
import org.postroom.core.testing.MemoryQueueStore;

/** Names of messages go when no job has fetched from their place for long. */
final class KnownPlacesTest {
  private final NamedMails named =
      new MemoryNamedMails(
          new MemoryQueueStore(new MemoryMailStore(Clock.systemUTC()), Clock.systemUTC()));

  private final KnownPlaces places = new KnownPlaces(named);
  private Instant now = Instant.parse("2026-11-24T15:00:00Z");

  private Map<String, Instant> names(String key) {
    return named.ofKind(key).page("", 10);
  }

  private void become(int daysLater, String... keys) {
    now = now.plus(Duration.ofDays(daysLater));
    places.become(Set.of(keys), now);
  }

  @Test
  void goTwoMonthsAfterTheirLastJob() {
    named.ofKind("fetch-a").note("1", now);
    named.ofKind("fetch-b").note("2", now);
    become(0, "fetch-a", "fetch-b");

    become(300, "fetch-a"); // for as long as that nobody had looked
    become(59, "fetch-a");
    assertThat(names("fetch-b")).containsKey("2");

    become(1, "fetch-a");
    assertThat(names("fetch-b")).isEmpty();
    assertThat(names("fetch-a")).containsKey("1");
    become(400, "fetch-a");
    become(400, "fetch-a");
    assertThat(names("fetch-a")).containsKey("1");
  }

  /** Its rounds renew the names of what they see. */
  @Test
  void stayWhereAnotherServerFetchesThem() {
    named.ofKind("fetch-b").note("1", now);
    become(0, "fetch-b");
    become(1);

    named.ofKind("fetch-b").note("2", now.plus(Duration.ofDays(100)));
    become(61);

    assertThat(names("fetch-b")).containsOnlyKeys("2");
    become(61);
    assertThat(names("fetch-b")).isEmpty();
  }

  @Test
  void stayWhereTheJobComesBack() {
    named.ofKind("fetch-a").note("1", now);
    become(0, "fetch-a");

    become(10);
    become(50, "fetch-a");
    become(1);
    become(59);
    assertThat(names("fetch-a")).containsKey("1");
    become(1);
    assertThat(names("fetch-a")).isEmpty();
    become(1);
    become(0, "fetch-a");
    assertThat(names("fetch-a")).isEmpty();
  }
}
