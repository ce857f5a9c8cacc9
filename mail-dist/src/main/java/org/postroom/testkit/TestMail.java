package org.postroom.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.postroom.core.door.Door;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.testkit.fault.Fault;
import org.postroom.testkit.fault.Faults;
import org.postroom.testkit.fault.Place;
import org.postroom.testkit.fault.Verb;
import org.postroom.testkit.fault.When;

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
  /** Everybody's who is not named by the set-up. */
  public static final String PASSWORD = "secret";

  private static final int MOST_SHOWN = 20;

  private final House house;
  private final Duration patience;

  /** How many mails, and refusals, had come when this view began. */
  private volatile int mark;

  private volatile int refusalMark;

  TestMail(House house, Duration patience) {
    this.house = house;
    this.patience = patience;
    house.look(this);
    forget();
  }

  /** Starts a server on free ports of loopback. */
  public static TestMail start() {
    return with().start();
  }

  /** Begins to say how the server is to be. */
  public static MailSetup with() {
    return new MailSetup();
  }

  /** Another view of the same server, which sees the mail that comes from now on. */
  public TestMail view() {
    return new TestMail(house, patience);
  }

  int mark() {
    return mark;
  }

  /** Where a client connects to, and where it may find faults. */
  public static final class Endpoint {
    private final int port;
    private final boolean isTls;
    private final Place place;

    private Endpoint(int port, boolean isTls, Place place) {
      this.port = port;
      this.isTls = isTls;
      this.place = place;
    }

    public String host() {
      return "localhost";
    }

    public int port() {
      return port;
    }

    /** A fault for the next time; see {@link Place#next}. */
    public When next(Verb verb) {
      return place.next(verb);
    }

    /** A fault for the how manieth time; see {@link Place#nth}. */
    public When nth(int time, Verb verb) {
      return place.nth(time, verb);
    }

    /** A fault for every time; see {@link Place#every(Verb)}. */
    public When every(Verb verb) {
      return place.every(verb);
    }

    /** A fault for whole sessions; see {@link Place#every()}. */
    public When every() {
      return place.every();
    }

    /** Nothing is said of a capability there. */
    public Fault without(String capability) {
      return place.without(capability);
    }

    @Override
    public String toString() {
      return host() + ":" + port;
    }
  }

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

  /** Mail from servers, with an answer for each recipient. */
  public Endpoint lmtp() {
    return endpoint(Role.LMTP);
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

  /** A token with which {@code login} logs in by XOAUTH2 or OAUTHBEARER, for an hour. */
  public String token(String login) {
    return house.tokens.of(login).mint();
  }

  /** Other tokens, good ones and bad ones. */
  public Tokens tokens() {
    return house.tokens;
  }

  /** The faults that the server makes, for all views; {@link #reset} takes them away. */
  public Faults faults() {
    return house.faults;
  }

  /** The certificate (PEM) of the authority to trust. */
  public String authority() {
    return house.server.authority().orElseThrow();
  }

  /** A context that trusts this server and nobody else. */
  public SSLContext sslContext() {
    return CertificateAuthority.trusting(authority());
  }

  /** What has arrived since the test began, in order. */
  public List<ReceivedMail> received() {
    return house.received(mark);
  }

  /** What clients were refused since the test began, in order. */
  public List<Refusal> refusals() {
    return house.conversations.refusals(refusalMark);
  }

  /** What was said in the last sessions, those that are not over among them, in their order. */
  public List<Recording> recordings() {
    return house.conversations.all();
  }

  /**
   * Says to this server what a client has said, and holds its answers against those of the
   * recording. Passwords are {@link #PASSWORD}.
   *
   * @throws AssertionError where an answer is another one
   */
  public void replay(Recording recording, Endpoint server) {
    int longest = (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
    try (Replay replay =
        new Replay(server.host(), server.port(), server.isTls, sslContext(), longest)) {
      replay.run(recording);
    } catch (IOException e) {
      throw new AssertionError("the recording could not be replayed: " + e.getMessage(), e);
    }
  }

  /** Forgets what has arrived and what was refused, for this view alone; mailboxes keep it. */
  public void forget() {
    mark = house.count();
    refusalMark = house.conversations.refused();
    house.forgotten();
  }

  /**
   * Takes away what tests have left behind, for all views; sessions that are open see it happen as
   * if another client did it. Forgets what has arrived.
   */
  public void reset(Reset what) {
    house.reset(what);
    forget();
  }

  /**
   * Waits until one mail has arrived that {@code wanted} accepts.
   *
   * @throws AssertionError when none comes in time, or there are more; says what did arrive, and
   *     what was refused
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
   * @throws AssertionError when they do not come in time; says what did arrive, and what was
   *     refused
   */
  public List<ReceivedMail> await(int count, Predicate<ReceivedMail> wanted) {
    List<ReceivedMail> found = house.await(mark, wanted, size -> size >= count, patience);
    if (found.size() < count) {
      throw new AssertionError(
          "waited "
              + told(patience)
              + " for "
              + (count == 1 ? "a mail" : count + " mails")
              + " and saw "
              + found.size()
              + "; what arrived:"
              + list(received())
              + "\nwhat was refused:"
              + list(refusals())
              + (house.faults.all().isEmpty() ? "" : "\n" + house.faults.told()));
    }
    return found;
  }

  /**
   * Waits for {@code silence}, in which no mail may have arrived that {@code unwanted} accepts, nor
   * before.
   *
   * @throws AssertionError when one has
   */
  public void awaitNone(Predicate<ReceivedMail> unwanted, Duration silence) {
    List<ReceivedMail> found = house.await(mark, unwanted, size -> size > 0, silence);
    if (!found.isEmpty()) {
      throw new AssertionError("expected no such mail, but this came:" + list(found));
    }
  }

  /** Waits for so many mails in all, {@code longest} at most; whether they are there then. */
  public boolean isThere(int count, Duration longest) {
    return house.await(mark, any -> true, size -> size >= count, longest).size() >= count;
  }

  /** Closes the server, for all views. */
  @Override
  public void close() {
    house.close();
  }

  private Endpoint endpoint(Door door) {
    return new Endpoint(
        house.server.address(door).getPort(), door.implicitTls(), house.faults.at(door));
  }

  private static String told(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  private static String list(List<?> all) {
    if (all.isEmpty()) {
      return " nothing";
    }
    int first = Math.max(0, all.size() - MOST_SHOWN);
    StringBuilder list = new StringBuilder(first == 0 ? "" : " (" + first + " before these)");
    all.subList(first, all.size()).forEach(one -> list.append("\n  ").append(one));
    return list.toString();
  }
}
