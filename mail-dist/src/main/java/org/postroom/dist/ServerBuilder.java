package org.postroom.dist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.postroom.core.delivery.Attempted;
import org.postroom.core.delivery.Transport;
import org.postroom.core.dns.Resolver;
import org.postroom.core.door.Door;
import org.postroom.core.filter.Filter;
import org.postroom.core.life.Lifeline;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.report.Report;
import org.postroom.core.restriction.Restriction;
import org.postroom.core.time.Timers;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.mailbox.Appended;
import org.postroom.storage.Storage;

/**
 * Describes a server; {@link #start} makes it. Everything a configuration file can say, it can.
 * Made by {@link MailServer#builder}.
 */
public final class ServerBuilder {
  private final Description description = new Description();
  private final InsideDescription inside = new InsideDescription(description);

  ServerBuilder() {}

  /** What the server calls itself: {@code myhostname}. */
  public ServerBuilder hostname(String name) {
    return set("myhostname", name);
  }

  /** Domains whose addresses are accounts here: {@code virtual_mailbox_domains}. */
  public ServerBuilder domains(String... names) {
    return set("virtual_mailbox_domains", String.join(", ", names));
  }

  /** The next hop of all mail that leaves: {@code relayhost}. */
  public ServerBuilder relayHost(String nextHop) {
    return set("relayhost", nextHop);
  }

  /**
   * Settings in main.cf's syntax; what the builder says stands above them. With a master.cf in the
   * same folder, its services of type inet are the listeners for SMTP. Both are read when the
   * server starts, and when it reloads.
   */
  public ServerBuilder configuration(Path mainCf) {
    description.configuration.file(mainCf);
    return this;
  }

  /** One parameter, as a file would write it; a name that is none fails the start. */
  public ServerBuilder set(String name, String value) {
    description.configuration.set(name, value);
    return this;
  }

  /**
   * Where mail is kept: instead of {@code storage_url}. Without a file, one of them must be said.
   */
  public ServerBuilder storage(Storage where) {
    description.storage = where;
    return this;
  }

  /** Listens at a door; port 0 takes a free one. The first call replaces {@code listeners}. */
  public ServerBuilder listen(Door door, int port) {
    description.configuration.listen(door, port);
    return this;
  }

  /**
   * The same at a socket in the file system. Whoever may write to it may connect: {@code
   * unix_listener_mode} and its kin say who that is. Clients count as localhost, 127.0.0.1.
   */
  public ServerBuilder listen(Door door, Path socket) {
    description.configuration.listen(door, socket);
    return this;
  }

  /**
   * The one address to listen on: instead of {@code inet_interfaces}, which is {@code
   * loopback-only} where there is no file.
   */
  public ServerBuilder bind(InetAddress address) {
    description.bind = address;
    return this;
  }

  /**
   * Another way that mail can leave by, for routes that name it; in the place of a part's where one
   * has that name ({@code smtp}, {@code relay}). It is not closed with the server.
   */
  public ServerBuilder transport(String name, Transport transport) {
    description.transports.put(name, transport);
    description.configuration.transport(name);
    return this;
  }

  /**
   * A restriction that lists may name, judged as those of the house are: a function of the mail and
   * of facts, called for several mails at the same time; what it has to look up it asks the facts
   * for. Its {@code OK} ends its list, and opens no relay.
   *
   * <pre>{@code
   * builder
   *     .restriction("reject_blocked", (mail, facts) -> blocked.test(mail) ? NO : Verdict.DUNNO)
   *     .set("smtpd_recipient_restrictions", "reject_blocked");
   * }</pre>
   *
   * @throws IllegalArgumentException when there is one of that name
   */
  public ServerBuilder restriction(String name, Restriction restriction) {
    description.restriction(name, restriction);
    return this;
  }

  /**
   * The same for one that is named with an argument behind it.
   *
   * @param ofArgument makes it, whenever a configuration is read
   */
  public ServerBuilder restriction(String name, Function<String, Restriction> ofArgument) {
    description.restriction(name, ofArgument);
    return this;
  }

  /**
   * A table that the settings may name, as {@code program:name}: a function that gives a key's
   * value. Called on workers, for several keys at the same time; may block. When it throws,
   * whatever rests on the answer is refused for now.
   */
  public ServerBuilder table(String name, Function<String, Optional<String>> values) {
    description.table(name, values);
    return this;
  }

  /**
   * Has mails looked into before they are anybody's; asked behind those of the settings, in the
   * order of these calls.
   *
   * @param name what the log calls it
   */
  public ServerBuilder filter(String name, Filter filter) {
    description.filter(name, filter);
    return this;
  }

  /**
   * People whom the application knows. {@code account_sources} may name them, as {@code
   * program:name}; else they are asked for behind those that it names. Each gets an account when
   * mail first comes for him, or when he first logs in.
   */
  public ServerBuilder accounts(String name, AccountSource source) {
    description.people(name, source);
    return this;
  }

  /**
   * Says whose tokens are with which somebody logs in by OAUTHBEARER or XOAUTH2; both are offered
   * then, unless {@code auth_mechanisms} names others. What the settings say of issuers does not
   * count.
   */
  public ServerBuilder tokens(TokenCheck check) {
    description.tokens(check);
    description.configuration.preset(
        "auth_mechanisms", "scram-sha-256 plain login oauthbearer xoauth2");
    return this;
  }

  /** An account that is made at start when it is not there; one that is keeps its password. */
  public ServerBuilder account(String login, String password) {
    description.account(login, password);
    return this;
  }

  /** Looks up names for the server: instead of the DNS. */
  public ServerBuilder resolver(Resolver other) {
    description.circumstances.resolver = other;
    return this;
  }

  /**
   * Every address is somebody here: an account is made when mail first comes for it, or when
   * somebody first logs in as it, with this password. For tests; nothing is relayed then, so that
   * anybody may send to anybody, unless {@link #domains} says where the addresses are.
   */
  public ServerBuilder accountsOnTheFly(String password) {
    description.everybody(password);
    description.configuration.preset("virtual_mailbox_domains", "static:all");
    return this;
  }

  /**
   * Has {@code listener} see every mail that clients hand over, once it is durable and before its
   * client hears so, on its session's worker. What it throws is logged.
   */
  public ServerBuilder onAccepted(Consumer<Accepted> listener) {
    description.audience.accepted = mail -> listener.accept(Accepted.of(mail));
    return this;
  }

  /**
   * Has {@code listener} hear of messages that are put into mailboxes as they are: by IMAP's
   * APPEND, or by {@link MailServer#mailboxes}. After they are durable, before whoever puts them
   * there hears so, on his session's worker or his thread. What it throws is logged.
   */
  public ServerBuilder onAppended(Consumer<Appended> listener) {
    description.audience.appended = listener;
    return this;
  }

  /**
   * Has {@code listener} hear of each recipient that waited in the queue and whose mail the next
   * hop has taken, once that is durable: on a worker, one after the other. What it throws is
   * logged, and nobody waits for it.
   */
  public ServerBuilder onDelivered(Consumer<Attempted> listener) {
    description.audience.delivered = listener;
    return this;
  }

  /** The same for each attempt upon which there will be another one. */
  public ServerBuilder onDelayed(Consumer<Attempted> listener) {
    description.audience.delayed = listener;
    return this;
  }

  /** The same for each recipient that is given up: refused for good, or tried for too long. */
  public ServerBuilder onBounced(Consumer<Attempted> listener) {
    description.audience.bounced = listener;
    return this;
  }

  /** Has {@code owner} hear of each reload, once it is in effect. */
  public ServerBuilder onReload(Consumer<Reloaded> owner) {
    description.audience.reloaded = owner;
    return this;
  }

  /**
   * Has {@code owner} hear when a part has died that the server cannot be without: the store, an
   * event loop, the queue manager. The server closes itself first, so its ports and its folder are
   * free, and another one may be started from there; what was answered 250 is in the store.
   */
  public ServerBuilder onDeath(Consumer<Lifeline.Death> owner) {
    description.audience.mourner = owner;
    return this;
  }

  /**
   * Has {@code owner} hear that the server has ended, and how: once, when everything is closed, on
   * the thread that has closed it. What it throws is logged. A start that fails is no end.
   */
  public ServerBuilder onStopped(Consumer<Lifeline.End> owner) {
    description.audience.stopped = owner;
    return this;
  }

  /**
   * Has {@code owner} hear that the server is alive: each {@code interval}, when its timers, every
   * thread of the network and the one writer of the store have got to a question. One that hangs is
   * not heard of any more, which is the moment to end its process: what was promised is kept. A
   * store that answers that it cannot do anything is alive; ending the process would not mend it.
   *
   * <p>{@code owner} is called on a thread that has nothing else to do, and there is no other
   * question before it returns.
   *
   * @throws IllegalArgumentException where the interval is no time
   */
  public ServerBuilder onAlive(Duration interval, Runnable owner) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("an interval of " + interval);
    }
    description.audience.aliveEvery = interval;
    description.audience.alive = owner;
    return this;
  }

  /** The time it goes by, such as a virtual clock. */
  public ServerBuilder time(Clock otherClock, Timers otherTimers) {
    description.clock = otherClock;
    description.circumstances.timers = otherTimers;
    return this;
  }

  /**
   * Threads of the application for work that may block: the commands of clients, look-ups,
   * listeners, what is spoken to next hops. They are never ended by the server, which then has of
   * its own only what moves octets, keeps time, writes to the disk and checks passwords; {@code
   * worker_limit} has no effect.
   *
   * <p>The executor must run a task on another thread than the one that hands it over, and must not
   * let that one wait: a start with one that runs tasks in their caller is refused, and a single
   * task that would be ({@link java.util.concurrent.ThreadPoolExecutor.CallerRunsPolicy}) counts as
   * refused. It must not drop what it has taken. Four threads are the least, for those that wait
   * for others; every mail that is leaving holds one, and so does every command that waits for the
   * disk.
   *
   * <p>What it refuses ({@link java.util.concurrent.RejectedExecutionException}) is refused to the
   * client for now (421, BYE, -ERR), who is to come again; what belongs to no client is done as
   * soon as it is taken. No mail is lost by it.
   */
  public ServerBuilder workers(Executor ofTheApplication) {
    description.circumstances.workers = ofTheApplication;
    return this;
  }

  /** All that such a server can listen for. */
  public List<Door> doors() {
    return description.doors();
  }

  /**
   * Reads the configuration as a start would, and opens nothing.
   *
   * @return what a start would say to the administrator
   * @throws org.postroom.core.report.BadConfiguration with all faults
   */
  public List<String> check() {
    return inside.checked().warnings();
  }

  /** The same for who wants to hear everything there is to say, faults and silence included. */
  public Report report() {
    return inside.report();
  }

  /**
   * Starts. When this returns, every port answers. What the builder is told afterwards is for
   * another server.
   *
   * @throws org.postroom.core.report.BadConfiguration with all faults of the configuration
   * @throws org.postroom.storage.StorageFault when the store cannot be opened
   * @throws org.postroom.core.refusal.WireFault when an address cannot be had
   * @throws IllegalArgumentException when the application's {@linkplain #workers threads} are none
   * @throws java.util.concurrent.RejectedExecutionException when they take no work
   */
  public MailServer start() {
    return new MailServer(description.copy());
  }

  /** For the house alone. */
  InsideDescription inside() {
    return inside;
  }

  /**
   * For the tools and tests that come with the server: what only they may say, by a type that only
   * they know. There is nothing here that an application can name.
   *
   * @throws IllegalArgumentException for any other type
   */
  public <T> T unwrap(Class<T> type) {
    if (!type.isInstance(inside)) {
      throw new IllegalArgumentException("a builder is no " + type.getName());
    }
    return type.cast(inside);
  }
}
