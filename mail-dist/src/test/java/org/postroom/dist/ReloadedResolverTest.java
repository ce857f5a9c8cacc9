package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.dist.RelayHouse.MESSAGE;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.Shows;

/** Other name servers are asked from a reload on. */
@Tag("two-clocks")
final class ReloadedResolverTest {

  /** What a machine's name servers say before and after a change of its configuration. */
  private static final class Machine implements Resolver {
    private final Resolver after;
    private volatile Resolver now;

    Machine(Resolver before, Resolver after) {
      this.now = before;
      this.after = after;
    }

    @Override
    public void refresh() {
      now = after;
    }

    @Override
    public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
      return now.mx(domain);
    }

    @Override
    public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
      return now.nameServers(domain);
    }

    @Override
    public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
      return now.addresses(host);
    }

    @Override
    public CompletionStage<Answer<Domain>> names(InetAddress address) {
      return now.names(address);
    }

    @Override
    public CompletionStage<Answer<String>> texts(Domain name) {
      return now.texts(name);
    }

    @Override
    public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
      return now.tlsa(name);
    }
  }

  @Test
  @Shows("A6.10")
  void whatCouldNotBeAskedIsFoundOrReturned() throws Exception {
    try (RelayHouse house = new RelayHouse();
        RelayHop hop = RelayHop.open(house.time, "127.0.0.2", 0)) {
      house
          .set("smtp_tcp_port", Integer.toString(hop.port()))
          .set("inet_interfaces", "127.0.0.1")
          .set("smtp_special_networks", "127.0.0.0/8")
          .resolver(
              new Machine(
                  ZoneResolver.of("far.test SERVFAIL", "gone.test SERVFAIL"),
                  ZoneResolver.of("far.test MX 10 mx.far.test", "mx.far.test A 127.0.0.2")))
          .start();
      house.send("bob@far.test", MESSAGE);
      house.send("bob@gone.test", MESSAGE);
      house.awaitAttempts(1);
      assertThat(house.queued("bob@far.test").lastReason()).startsWith("4.4.3 ");
      assertThat(house.queued("bob@gone.test").lastReason()).startsWith("4.4.3 ");

      house.server().reload();
      house.retryUntilEmpty();

      assertThat(hop.await().to()).containsExactly("bob@far.test");
      assertThat(house.awaitInbox(1).get(0)).contains("Status: 5.4.4");
    }
  }
}
