package org.postroom.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.door.Door;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.DescribedServer;

/**
 * Several mail servers for a test, each with a domain of its own, one DNS and one clock: mail goes
 * from one to the other by MX records, is tried again while the other is away, and comes back when
 * nobody wants it.
 *
 * <pre>{@code
 * try (TestNetwork network = TestNetwork.of("shop.example", "example.org")) {
 *   TestMail shop = network.at("shop.example");
 *   app.configure(shop.smtp().host(), shop.smtp().port());
 *   network.away("example.org");
 *   app.sendInvoice("ada@example.org");
 *   network.back("example.org");
 *   network.time().advance(Duration.ofHours(1));
 *   ReceivedMail mail = network.at("example.org").awaitOne(Mails.to("ada@example.org"));
 * }
 * }</pre>
 *
 * <p>The server of {@code example.org} is called {@code mx.example.org} and has an address that is
 * no machine's (198.51.100.0/24, RFC 5737). Connections that servers make to its ports (25, 587,
 * 465 and so on) come to ports of loopback that were free; those to any other host are refused, so
 * that nothing leaves the machine. Who is connected to sees 127.0.0.1.
 */
public final class TestNetwork implements AutoCloseable {
  private static final int MOST_SERVERS = 254;

  private final VirtualTime time = VirtualTime.flowingFrom(Clock.systemUTC().instant());
  private final TestNames names = new TestNames(time);
  private final Roads roads = new Roads(this::road);
  private final Map<String, TestMail> servers = new LinkedHashMap<>();
  private final Map<InetAddress, MailServer> hosts = new ConcurrentHashMap<>();
  private final Set<InetAddress> away = ConcurrentHashMap.newKeySet();

  TestNetwork(NetworkSetup setup) {
    if (setup.servers.isEmpty() || setup.servers.size() > MOST_SERVERS) {
      throw new IllegalArgumentException("a network has 1 to " + MOST_SERVERS + " servers");
    }
    try {
      setup.servers.forEach(this::add);
      names.put(setup.records.toString());
      if (setup.isFrozen) {
        time.freeze();
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Begins to say which servers there are to be. */
  public static NetworkSetup with() {
    return new NetworkSetup();
  }

  /** One server for each domain; every address there is somebody. */
  public static TestNetwork of(String... domains) {
    NetworkSetup setup = with();
    for (String domain : domains) {
      setup.server(domain);
    }
    return setup.start();
  }

  private void add(String domain, MailSetup setup) {
    String host = "mx." + domain;
    InetAddress address = address(servers.size() + 1);
    names.put(
        domain + " MX 10 " + host,
        host + " A " + address.getHostAddress(),
        address.getHostAddress() + " PTR " + host);
    House house = House.open(setup, new Place(domain, host));
    servers.put(domain, new TestMail(house, setup.patience));
    hosts.put(address, house.server);
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 198, 51, 100, (byte) number});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // four octets are an address
    }
  }

  /**
   * The server of a domain.
   *
   * @throws IllegalArgumentException when it has none
   */
  public TestMail at(String domain) {
    TestMail server = servers.get(Domain.of(domain).name());
    if (server == null) {
      throw new IllegalArgumentException(
          domain + " has no server; those have: " + servers.keySet());
    }
    return server;
  }

  /** The DNS that all of them ask. */
  public TestNames names() {
    return names;
  }

  /** The clock that all of them go by. */
  public VirtualTime time() {
    return time;
  }

  /**
   * The server of a domain cannot be reached by the others any more, and loses its connections with
   * them; clients of the test still can.
   */
  public void away(String domain) {
    InetAddress address = addressOf(domain);
    away.add(address);
    roads.cut(address);
  }

  /** It can be reached again. */
  public void back(String domain) {
    away.remove(addressOf(domain));
  }

  private InetAddress addressOf(String domain) {
    MailServer server = at(domain).server();
    return hosts.entrySet().stream()
        .filter(host -> host.getValue().equals(server))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /** Where a connection to {@code peer} comes to; empty where nobody takes it. */
  private Optional<InetSocketAddress> road(InetSocketAddress peer) {
    MailServer host = hosts.get(peer.getAddress());
    if (host == null) {
      return peer.getAddress().isLoopbackAddress() ? Optional.of(peer) : Optional.empty();
    }
    if (away.contains(peer.getAddress())) {
      return Optional.empty();
    }
    for (Map.Entry<Door, List<SocketAddress>> door : host.doors().entrySet()) {
      if (door.getKey().port() == peer.getPort()
          && door.getValue().get(0) instanceof InetSocketAddress at) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  /** Closes all servers. */
  @Override
  public void close() {
    new ArrayList<>(servers.values()).forEach(TestMail::close);
    time.close();
  }

  /** What one of the servers has around it. */
  private final class Place implements Surroundings {
    private final String domain;
    private final String host;

    Place(String domain, String host) {
      this.domain = domain;
      this.host = host;
    }

    @Override
    public VirtualTime time() {
      return time;
    }

    @Override
    public Resolver names() {
      return names;
    }

    @Override
    public void describe(ServerBuilder server, Set<String> others, boolean strict) {
      Set<String> domains = new LinkedHashSet<>(others);
      domains.add(domain);
      server
          .hostname(host)
          .domains(domains.toArray(new String[0]))
          .set("mynetworks", strict ? "" : "127.0.0.0/8 [::1]/128")
          .unwrap(DescribedServer.class)
          .wire(roads::over);
      if (!strict) {
        server.accounts("everybody", everybody());
      }
    }

    private AccountSource everybody() {
      return name ->
          name.endsWith("@" + domain)
              ? Optional.of(Person.of(name, given -> given.equals(Secret.of(TestMail.PASSWORD))))
              : Optional.empty();
    }

    @Override
    public void end() {
      // Time goes on for the others.
    }
  }
}
