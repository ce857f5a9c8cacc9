package org.postroom.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postroom.core.time.VirtualTime;
import org.postroom.smtp.server.ClientLimits.Event;

class ClientLimitsTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final ClientLimits limits = new ClientLimits(time, Duration.ofSeconds(60), 24, 84);

  @Test
  void takesANetworkForOneClient() throws Exception {
    assertThat(mails("192.0.2.1")).isEqualTo(1);
    assertThat(mails("192.0.2.200")).isEqualTo(2);
    assertThat(mails("192.0.3.1")).isEqualTo(1);
    assertThat(mails("2001:db8::1")).isEqualTo(1);
    assertThat(mails("2001:db8::fff:ffff:ffff")).isEqualTo(2);
    assertThat(mails("2001:db8:0:0:0:1000::1")).isEqualTo(1);
  }

  private int mails(String address) throws Exception {
    return limits.count(Event.MESSAGE, InetAddress.getByName(address));
  }

  @Test
  void beginsAnewWithEachUnitOfTime() throws Exception {
    InetAddress client = InetAddress.getByName("192.0.2.1");
    limits.count(Event.MESSAGE, client);
    time.advance(Duration.ofSeconds(59));
    int within = limits.count(Event.MESSAGE, client);
    time.advance(Duration.ofSeconds(1));

    assertThat(within).isEqualTo(2);
    assertThat(limits.count(Event.MESSAGE, client)).isEqualTo(1);
    assertThat(limits.count(Event.AUTH, client)).isEqualTo(1);
  }

  @Test
  void forgetsClientsThatAreGone() throws Exception {
    for (int i = 0; i < 100; i++) {
      InetAddress client = InetAddress.getByName("10.0." + i + ".1");
      limits.count(Event.CONNECTION, client);
    }
    time.advance(Duration.ofMinutes(2));
    limits.count(Event.MESSAGE, InetAddress.getByName("192.0.2.1"));

    assertThat(limits.size()).isEqualTo(1);
  }
}
