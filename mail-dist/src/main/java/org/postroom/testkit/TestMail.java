package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.postroom.core.dns.ZoneResolver;
import org.postroom.core.part.Door;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.ServerBuilder;
import org.postroom.storage.Storage;

/**
 * A mail server for a test: takes mail for every address, keeps it in memory, and lets the test
 * wait for it. Every address is also a login, with the password {@link #PASSWORD}.
 *
 * <pre>{@code
 * try (TestMail mail = TestMail.start()) {
 *   app.configure(mail.smtp().host(), mail.smtp().port());
 *   app.sendInvoice("ada@example.org");
 *   assertThat(mail.awaitOne(Mails.to("ada@example.org")).subject()).isEqualTo("Your invoice");
 * }
 * }</pre>
 *
 * With JUnit 5, {@link MailTest} starts and closes it.
 *
 * <p>Time passes as it does outside: what the server lets a client wait for comes by itself. What
 * is to happen in five days happens at once with {@link #time} and {@link VirtualTime#advance}; who
 * wants a clock that stands between has {@link VirtualTime#freeze}. Wrong passwords are not slowed.
 *
 * <p>Several views may look at one server: each sees the mail that has come since it was made, or
 * since its {@link #forget}, whatever the others do.
 */
public final class TestMail implements AutoCloseable {
  /** Everybody's. */
  public static final String PASSWORD = "secret";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final House house;

  /** How many mails had come when this view began. Guarded by the house's mails. */
  private int mark;

  private TestMail(House house) {
    this.house = house;
    forget();
  }

  /** The server, and all that it has received. */
  private static final class House implements AutoCloseable {
    private final List<ReceivedMail> received = new ArrayList<>();
    private final VirtualTime time = VirtualTime.flowingFrom(Clock.systemUTC().instant());
    private final MailServer server;

    House() {
      server = open();
    }

    private MailServer open() {
      ServerBuilder builder =
          MailServer.builder()
              .hostname("mail.test")
              .storage(Storage.inMemory())
              .bind(InetAddress.getLoopbackAddress())
              .set("mynetworks", "127.0.0.0/8 [::1]/128")
              .set("auth_throttle", "no")
              .set("auth_failure_delay", "0s")
              .accountsOnTheFly(PASSWORD)
              .resolver(ZoneResolver.of())
              .time(time, time)
              .onAccepted(this::take);
      for (Door door : builder.doors()) {
        builder.listen(door, 0);
      }
      try {
        return builder.start();
      } catch (RuntimeException | Error e) {
        time.close();
        throw e;
      }
    }

    private void take(Acceptance acceptance) {
      ReceivedMail mail = ReceivedMail.of(acceptance);
      synchronized (received) {
        received.add(mail);
        received.notifyAll();
      }
    }

    @Override
    public void close() {
      server.close();
      time.close();
    }
  }

  /** Starts a server on free ports of loopback. */
  public static TestMail start() {
    return new TestMail(new House());
  }

  /** Another view of the same server, which sees the mail that comes from now on. */
  TestMail view() {
    return new TestMail(house);
  }

  /** Where a client connects to. */
  public record Endpoint(String host, int port) {}

  /** Mail from anybody, in clear or by STARTTLS. */
  public Endpoint smtp() {
    return endpoint(Role.MX);
  }

  /** Mail from those who log in, after STARTTLS. */
  public Endpoint submission() {
    return endpoint(Role.SUBMISSION);
  }

  /** Mail from those who log in, TLS at once. */
  public Endpoint submissions() {
    return endpoint(Role.SUBMISSIONS);
  }

  public Endpoint pop3() {
    return endpoint(Role.POP3);
  }

  public Endpoint pop3s() {
    return endpoint(Role.POP3S);
  }

  public Endpoint imap() {
    return endpoint(Role.IMAP);
  }

  public Endpoint imaps() {
    return endpoint(Role.IMAPS);
  }

  /** The server itself, for what this class does not show. */
  public MailServer server() {
    return house.server;
  }

  /** The clock that the server goes by; {@link VirtualTime#advance} lets more time pass. */
  public VirtualTime time() {
    return house.time;
  }

  /** The certificate (PEM) of the authority to trust. */
  public String authority() {
    return house.server.authority().orElseThrow();
  }

  /** A context that trusts this server and nobody else. */
  public SSLContext sslContext() {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "mail",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(authority().getBytes(US_ASCII))));
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JVM cannot trust the test's authority", e);
    }
  }

  /** What has arrived since the test began, in order. */
  public List<ReceivedMail> received() {
    synchronized (house.received) {
      return List.copyOf(house.received.subList(mark, house.received.size()));
    }
  }

  /** Forgets what has arrived, for this view alone; mailboxes keep it. */
  public void forget() {
    synchronized (house.received) {
      mark = house.received.size();
    }
  }

  /**
   * Waits until one mail has arrived that {@code wanted} accepts.
   *
   * @throws AssertionError when none comes in ten seconds, or there are more; says what did arrive
   */
  public ReceivedMail awaitOne(Predicate<ReceivedMail> wanted) {
    List<ReceivedMail> found = await(1, wanted);
    if (found.size() > 1) {
      throw new AssertionError("expected one mail, but " + found.size() + " came:" + list(found));
    }
    return found.get(0);
  }

  /**
   * Waits until {@code count} mails have arrived that {@code wanted} accepts.
   *
   * @throws AssertionError when they do not come in ten seconds; says what did arrive
   */
  public List<ReceivedMail> await(int count, Predicate<ReceivedMail> wanted) {
    Instant end = Clock.systemUTC().instant().plus(PATIENCE);
    synchronized (house.received) {
      while (true) {
        List<ReceivedMail> found = received().stream().filter(wanted).toList();
        if (found.size() >= count) {
          return found;
        }
        long left = Duration.between(Clock.systemUTC().instant(), end).toMillis();
        if (left <= 0) {
          throw new AssertionError(
              "waited "
                  + PATIENCE.toSeconds()
                  + " s for "
                  + count
                  + " mails and saw "
                  + found.size()
                  + "; what arrived:"
                  + list(received()));
        }
        try {
          house.received.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for mail", e);
        }
      }
    }
  }

  /** Closes the server, for all views. */
  @Override
  public void close() {
    house.close();
  }

  private Endpoint endpoint(Door door) {
    return new Endpoint("localhost", house.server.address(door).getPort());
  }

  private static String list(List<ReceivedMail> mails) {
    return mails.isEmpty()
        ? " nothing"
        : mails.stream().map(mail -> "\n  " + mail).collect(Collectors.joining());
  }
}
