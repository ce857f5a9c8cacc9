package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A machine that has slept, or whose clock is set: the date jumps, and what is measured goes on.
 * Mail is under way to a host that is slow, one that is dead, and one that takes everything.
 */
@Tag("two-clocks")
@Timeout(120)
final class ClockJumpsTest {
  private final RelayHouse house = RelayHouse.impatient();
  private final CountDownLatch mayAnswer = new CountDownLatch(1);
  private final RelayHop living = RelayHop.open(house.time);
  private final RelayHop slow = RelayHop.open(house.time, "127.0.0.2", living.port());

  @AfterEach
  void stop() {
    mayAnswer.countDown();
    house.close();
    slow.close();
    living.close();
  }

  @Test
  void nothingIsSentTwiceHoweverTheClockIsSet() throws Exception {
    house
        .set("smtp_tcp_port", Integer.toString(living.port()))
        .set("inet_interfaces", "127.0.0.3")
        .set("smtp_special_networks", "127.0.0.0/8")
        .set("delay_warning_time", "4h")
        .zone("living.example A 127.0.0.1", "slow.example A 127.0.0.2", "dead.example A 127.0.0.4")
        .start();
    slow.late(".", "250 2.0.0 Ok: taken at last", mayAnswer);
    house.send("bob@slow.example", RelayHouse.MESSAGE);
    house.until(() -> slow.heard().contains("."));
    house.send("bob@dead.example", RelayHouse.MESSAGE);
    house.until(() -> house.queued("bob@dead.example").attempts() == 1);

    List<String> sent = new ArrayList<>();
    for (String jump : List.of("PT6M", "PT1H", "PT-6M", "PT-1H", "PT-1H", "PT1H", "PT6M")) {
      house.wall.jump(Duration.parse(jump));
      String recipient = "carol" + sent.size() + "@living.example";
      sent.add(recipient);
      house.send(recipient, RelayHouse.MESSAGE);
      assertThat(living.await().to()).as("at once after " + jump).containsExactly(recipient);
      house.time.advance(Duration.ofMinutes(1)); // and the date has been looked at
    }
    assertThat(slow.visits()).as("held, whatever its lease says").hasSize(1);
    mayAnswer.countDown();
    house.until(() -> house.queued().size() == 1);

    assertThat(slow.await().to()).containsExactly("bob@slow.example");
    house.time.advance(Duration.ofDays(6));
    house.awaitEmptyQueue();
    assertThat(slow.visits()).hasSize(1);
    assertThat(living.unread() + slow.unread()).as("sent again").isZero();
    List<String> told = house.awaitInbox(2);
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).contains("Action: delayed", "bob@dead.example");
    assertThat(told.get(1)).contains("Action: failed", "bob@dead.example");
  }
}
