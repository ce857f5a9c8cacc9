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
import org.postroom.core.queue.Acceptance;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
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
 */
public final class TestMail implements AutoCloseable {
  /** Everybody's. */
  public static final String PASSWORD = "secret";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<ReceivedMail> received = new ArrayList<>();
  private final VirtualTime time;
  private final MailServer server;

  private TestMail() {
    time = VirtualTime.startingAt(Clock.systemUTC().instant());
    MailServer.Builder builder =
        MailServer.builder()
            .hostname("mail.test")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .set("mynetworks", "127.0.0.0/8 [::1]/128")
            .accountsOnTheFly(PASSWORD)
            .resolver(ZoneResolver.of())
            .time(time, time)
            .onAccepted(this::take);
    for (Role role : Role.values()) {
      builder.listen(role, 0);
    }
    server = builder.start();
  }

  /** Starts a server on free ports of loopback. */
  public static TestMail start() {
    return new TestMail();
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
    return server;
  }

  /** The clock that the server goes by; {@link VirtualTime#advance} lets time pass. */
  public VirtualTime time() {
    return time;
  }

  /** The certificate (PEM) of the authority to trust. */
  public String authority() {
    return server.authority().orElseThrow();
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
    synchronized (received) {
      return List.copyOf(received);
    }
  }

  /** Forgets what has arrived; mailboxes keep it. */
  public void forget() {
    synchronized (received) {
      received.clear();
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
    synchronized (received) {
      while (true) {
        List<ReceivedMail> found = received.stream().filter(wanted).toList();
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
                  + list(received));
        }
        try {
          received.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for mail", e);
        }
      }
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private void take(Acceptance acceptance) {
    ReceivedMail mail = ReceivedMail.of(acceptance);
    synchronized (received) {
      received.add(mail);
      received.notifyAll();
    }
  }

  private Endpoint endpoint(Role role) {
    return new Endpoint("localhost", server.address(role).getPort());
  }

  private static String list(List<ReceivedMail> mails) {
    return mails.isEmpty()
        ? " nothing"
        : mails.stream().map(mail -> "\n  " + mail).collect(Collectors.joining());
  }
}
