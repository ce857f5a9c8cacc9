package org.postroom.dist;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.door.Door;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.Envelope;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.Mailboxes;
import org.postroom.dist.submit.Outbox;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;

/**
 * A mail server that runs. Several of them may live in one JVM; closing one stops everything it
 * started.
 *
 * <pre>{@code
 * try (MailServer server = MailServer.builder()
 *     .hostname("mail.example.org").domains("example.org")
 *     .storage(Storage.h2(Path.of("data")))
 *     .listen(Role.MX, 25).listen(Role.SUBMISSIONS, 465).listen(Role.IMAPS, 993)
 *     .start()) { … }
 * }</pre>
 */
public final class MailServer implements AutoCloseable {
  /** Of this program. */
  public static final String VERSION = "0.1";

  private final Shutdown shutdown;
  private final Running running;

  MailServer(Description description) {
    Lifeline ofTheProcess = description.lifeline;
    shutdown =
        new Shutdown(ofTheProcess == null ? new Lifeline() : ofTheProcess, description.audience);
    try {
      running = Running.open(description, shutdown.lifeline(), shutdown.owned());
      LocalSockets sockets =
          LocalSockets.open(
              running.started(),
              description.configuration,
              description.circumstances.operations,
              user -> new ServerDesk(this, user),
              shutdown.owned());
      shutdown.ready(() -> running.isCaller() || sockets.isCaller(), ofTheProcess == null);
    } catch (RuntimeException | Error e) {
      shutdown.abandon();
      throw e;
    }
  }

  /** Begins to describe a server. */
  public static ServerBuilder builder() {
    return new ServerBuilder();
  }

  /** At which address of the network a door listens; with several, the first. */
  public InetSocketAddress address(Door door) {
    return running.doors().address(door);
  }

  /** The doors that are listened at, and where: at addresses, or at sockets in the file system. */
  public Map<Door, List<SocketAddress>> doors() {
    return running.doors().doors();
  }

  /** Who has an account. */
  public Users users() {
    return new Users(running.foundation().accounts());
  }

  /**
   * Hands in a mail, which goes the way of every other: its header is completed, addresses are
   * written anew and stand for others, filters look into it. When this returns {@link
   * Submitted.Taken}, it is in the mailboxes that are here, and in the queue for all others,
   * durably.
   *
   * <p>Nobody gets it where one of its recipients is refused; there is a {@linkplain
   * #submit(Envelope, InputStream, Whom) choice}. No restriction is asked: an application may send
   * as whoever it likes, to wherever it likes.
   *
   * @param content a message, read to its end and not closed. A LF alone ends a line, a CR alone is
   *     a space, and a last line gets its end
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now; it is nowhere
   * @throws org.postroom.core.refusal.StorageUnavailable when the store cannot take it now; it is
   *     nowhere
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now; it is
   *     nowhere
   * @throws java.io.UncheckedIOException when the content cannot be read; it is nowhere
   * @throws java.util.concurrent.CancellationException when the thread was interrupted while it
   *     waited for its turn; the mail is nowhere
   * @throws IllegalStateException when the server is closed
   */
  public Submitted submit(Envelope envelope, InputStream content) {
    return submit(envelope, content, Whom.ALL_OR_NOBODY);
  }

  /** The same for a message in memory. */
  public Submitted submit(Envelope envelope, byte[] content) {
    return submit(envelope, new ByteArrayInputStream(content));
  }

  /** The same; who gets the mail where some of its recipients cannot is the caller's choice. */
  public Submitted submit(Envelope envelope, InputStream content, Whom whom) {
    return running.submitting().submit(envelope, content, whom);
  }

  /**
   * The same for a mail that is part of a trace, which {@code postroom queue show} says for as long
   * as it waits.
   *
   * @param traceparent as W3C Trace Context (3.2) writes it
   * @throws IllegalArgumentException where it is none
   */
  public Submitted submit(Envelope envelope, InputStream content, Whom whom, String traceparent) {
    return running.submitting().submit(envelope, content, whom, traceparent);
  }

  /** The mailboxes of who logs in as {@code login}; {@link AccountNotFound} for nobody. */
  public Mailboxes mailboxes(String login) {
    return running.mailboxes(login);
  }

  /**
   * Puts a message into a mailbox as it is, past all stations of a mail's way; see {@link
   * Folder#append(InputStream)}.
   *
   * @throws AccountNotFound when there is no such account
   * @throws org.postroom.core.refusal.MailboxNotFound when it has no such mailbox
   * @throws org.postroom.core.refusal.OverQuota when there is no room for it
   */
  public long deliver(String login, String mailbox, InputStream message) {
    return mailboxes(login).folder(mailbox).append(message);
  }

  /** Clears away what was expunged longer than {@code grace} ago, as it does after an hour. */
  public void purge(Duration grace) {
    int unused = running.purge(grace);
  }

  /** Mail in the application's own transactions, with a store in PostgreSQL. */
  public Outbox outbox() {
    return running.outbox();
  }

  Running running() {
    return running;
  }

  /** Which generation of the configuration is in effect; the first has number 1. */
  public long generation() {
    return running.generations().current().number();
  }

  /** The certificate (PEM) of the authority that the server made for itself, to be trusted. */
  public Optional<String> authority() {
    return running.generations().authority();
  }

  /** Who gets mail for postmaster now, for people. */
  public String postmaster() {
    return Postmaster.of(running.generations().current());
  }

  /** What the start, or the last reload, has to say to the administrator. */
  public List<String> warnings() {
    return running.reloading().warnings();
  }

  /**
   * Reads the configuration and the certificates again and obeys them from now on: who connects
   * afterwards, and what is tried afterwards. Sessions that have begun go on as they are.
   *
   * @throws org.postroom.core.report.BadConfiguration with all faults; then all is as it was
   * @throws org.postroom.core.refusal.WireFault when an address cannot be had; the same
   * @throws IllegalStateException when the server is closed
   */
  public Reloaded reload() {
    return reload(same -> {});
  }

  /** The same with other parameters and listeners, which later reloads keep. */
  public Reloaded reload(Consumer<Configuration> change) {
    return running.reloading().reload(change);
  }

  /**
   * Stops accepting, lets what runs end, closes the store. Always returns; safe to repeat.
   *
   * <p>May be called from within: by a listener, a filter, a transport or whatever else the server
   * calls. It returns at once then, and the server ends when that has returned: whoever is being
   * served hears his answer. {@link ServerBuilder#onStopped} says when all is closed.
   */
  @Override
  public void close() {
    shutdown.close();
  }

  /** For the house alone. */
  InsideServer inside() {
    return new InsideServer(running, shutdown.lifeline());
  }

  /**
   * For the tools and tests that come with the server: its inside, by a type that only they know.
   * There is nothing here that an application can name.
   *
   * @throws IllegalArgumentException for any other type
   */
  public <T> T unwrap(Class<T> inside) {
    if (!inside.isAssignableFrom(InsideServer.class)) {
      throw new IllegalArgumentException("a server is no " + inside.getName());
    }
    return inside.cast(inside());
  }
}
