package org.postroom.testkit.greenmail;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.secret.Secret;
import org.postroom.dist.Users;
import org.postroom.testkit.InMailbox;
import org.postroom.testkit.MailSetup;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.Reset;
import org.postroom.testkit.TestMail;

/**
 * A mail server with the methods that tests for GreenMail call. Whoever is not there is made when
 * mail comes for him; a mail is one message for each of its recipients. Logging in needs no TLS.
 *
 * <p>It is one server, whatever it is started with: protocols that are not named are at free ports.
 * {@link #testMail} is the fixture behind it, for all that this class does not have.
 */
public class GreenMail {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<ServerSetup> setups;
  private final Map<String, User> users = new LinkedHashMap<>();
  private @Nullable TestMail running;

  private record User(String email, String login, String password) {}

  /** All protocols, at the ports of {@link ServerSetupTest}. */
  public GreenMail() {
    this(ServerSetupTest.all());
  }

  /** These protocols. */
  public GreenMail(ServerSetup... setups) {
    this.setups = List.of(setups);
  }

  /** Starts; without effect when it runs. */
  public synchronized void start() {
    if (running != null) {
      return;
    }
    MailSetup setup = TestMail.with().authInClear();
    setups.forEach(one -> setup.port(one.door(), one.port()));
    running = setup.start();
    users.values().forEach(this::make);
  }

  /** Stops, and forgets all mail. */
  public synchronized void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  public synchronized boolean isRunning() {
    return running != null;
  }

  /** Takes away all mail, and all users but those of {@link #setUser}. */
  public synchronized void reset() {
    testMail().reset(Reset.USERS);
    users.values().forEach(this::make);
  }

  /** Takes away all mail. */
  public void purgeEmailFromAllMailboxes() {
    testMail().reset(Reset.MESSAGES);
  }

  /** The fixture behind it. */
  public synchronized TestMail testMail() {
    if (running == null) {
      throw new IllegalStateException("it does not run: start() comes first");
    }
    return running;
  }

  // --- who is here

  /** Somebody who logs in with his address. */
  public GreenMailUser setUser(String login, String password) {
    return setUser(login, login, password);
  }

  /** Somebody whose login is another name than his address. */
  public synchronized GreenMailUser setUser(String email, String login, String password) {
    User user = new User(email, login, password);
    users.put(login, user);
    make(user);
    return new GreenMailUser(email, login, password, testMail().server());
  }

  /** Several: passwords by login. */
  public void setUsers(Properties passwords) {
    passwords
        .stringPropertyNames()
        .forEach(
            login -> {
              GreenMailUser unused = setUser(login, passwords.getProperty(login));
            });
  }

  /** Somebody who is there when it starts. */
  synchronized void configure(String email, String login, String password) {
    users.put(login, new User(email, login, password));
  }

  private void make(User user) {
    Users users = testMail().server().users();
    try (Secret password = Secret.of(user.password())) {
      if (users.has(user.login())) {
        users.changePassword(user.login(), password);
        return;
      }
      users.add(user.login(), password);
      if (!user.email().equals(user.login())) {
        users.addAlias(user.login(), Address.parse(user.email()));
      }
    }
  }

  // --- what has come

  /** Every message that has come, or was put into a mailbox; once for each of its recipients. */
  public MimeMessage[] getReceivedMessages() {
    return received(owner -> true);
  }

  /**
   * Those in whose header a recipient has this text, in any case; once for each of their
   * recipients, whoever that is.
   */
  public MimeMessage[] getReceivedMessagesForDomain(String domain) {
    String text = domain.toLowerCase(Locale.ROOT);
    return received(
        message -> Messages.recipients(message).toLowerCase(Locale.ROOT).contains(text));
  }

  private MimeMessage[] received(Predicate<MimeMessage> wanted) {
    List<MimeMessage> messages = new ArrayList<>();
    for (ReceivedMail mail : testMail().received()) {
      for (int i = 0; i < owners(mail).size(); i++) {
        MimeMessage message = mail.isAppended() ? Messages.of(mail.content()) : Messages.sent(mail);
        if (wanted.test(message)) {
          messages.add(message);
        }
      }
    }
    return messages.toArray(new MimeMessage[0]);
  }

  /** Waits five seconds for so many messages; whether they are there. */
  public boolean waitForIncomingEmail(int count) {
    return waitForIncomingEmail(PATIENCE.toMillis(), count);
  }

  /** The same with other patience, in milliseconds. */
  public boolean waitForIncomingEmail(long patience, int count) {
    TestMail mail = testMail();
    long end = System.nanoTime() + Duration.ofMillis(patience).toNanos();
    while (messages(mail) < count) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      if (!mail.isThere(mail.received().size() + 1, left)) {
        return messages(mail) >= count;
      }
    }
    return true;
  }

  private static int messages(TestMail mail) {
    return mail.received().stream().mapToInt(one -> owners(one).size()).sum();
  }

  /** Whose a mail is: its recipients, or he into whose mailbox it was put. */
  private static List<String> owners(ReceivedMail mail) {
    return mail.isAppended()
        ? mail.mailboxes().stream().map(InMailbox::account).toList()
        : mail.recipients();
  }

  // --- where it is

  public Server getSmtp() {
    return server(ServerSetup.PROTOCOL_SMTP);
  }

  public Server getSmtps() {
    return server(ServerSetup.PROTOCOL_SMTPS);
  }

  public Server getPop3() {
    return server(ServerSetup.PROTOCOL_POP3);
  }

  public Server getPop3s() {
    return server(ServerSetup.PROTOCOL_POP3S);
  }

  public Server getImap() {
    return server(ServerSetup.PROTOCOL_IMAP);
  }

  public Server getImaps() {
    return server(ServerSetup.PROTOCOL_IMAPS);
  }

  private Server server(String protocol) {
    ServerSetup any = new ServerSetup(0, ServerSetup.LOOPBACK, protocol);
    return new Server(any.port(testMail().server().address(any.door()).getPort()));
  }

  /** One of the protocols of a server that runs. */
  public record Server(ServerSetup setup) {
    public int getPort() {
      return setup.port();
    }

    public String getBindTo() {
      return setup.bindAddress();
    }

    public String getProtocol() {
      return setup.protocol();
    }

    public ServerSetup getServerSetup() {
      return setup;
    }

    /** A session of Jakarta Mail with it. */
    public Session createSession() {
      return GreenMailUtil.getSession(setup);
    }
  }
}
