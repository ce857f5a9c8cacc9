package org.postroom.smtp.server;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.fact.Inquiry;
import org.postroom.core.fact.Notes;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.policy.ClientNames;
import org.postroom.core.policy.Consequence;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.core.policy.Pending;
import org.postroom.core.policy.RecentDecisions;
import org.postroom.core.session.LogIn;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.DeadlineExceeded;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.WireFault;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.DataReader.Progress;
import org.postroom.smtp.protocol.MailParameters;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;

/**
 * One client's conversation: reads command lines, runs the commands of its table, collects the
 * answers and sends them when nothing more is there to read (RFC 2920). Keeps what commands agree
 * on: the greeting, who has logged in, the transaction. Runs one command at a time; no locks.
 */
public final class SmtpSession implements Session {
  // A client that pipelines without end must not keep a worker for itself.
  private static final int COMMANDS_A_TURN = 100;

  private static final SmtpReply GO_AHEAD =
      SmtpReply.of(354, "", "End data with <CR><LF>.<CR><LF>");

  private static final String BARE_LF = "bare <LF>";

  private final Connection connection;
  private final Listening listening;
  private final Settings settings;
  private final Services services;
  private final ClientName clientName;
  private final Map<String, int[]> done = new LinkedHashMap<>();
  private final Judging judging;
  private @Nullable Greeting greeting;
  private @Nullable Login login;
  private @Nullable Transaction transaction;
  private @Nullable Consumer<Line> continuation;

  /** What a command on the event loop has left to a worker. */
  private @Nullable Runnable left;

  private boolean onEventLoop;

  /** Content that is on its way, how far it has got, and what follows when it is whole. */
  private @Nullable Arrival arrival;

  private Progress arrived = Progress.MORE;
  private @Nullable Runnable whenWhole;
  private String stage = "CONNECT";
  private int errors;
  private int junk;
  private boolean counted;
  private boolean hasty;
  private boolean denied;
  private boolean ended;
  private boolean turnOver;

  SmtpSession(Connection connection, Listening listening) {
    this.connection = connection;
    this.listening = listening;
    this.settings = listening.settings();
    this.services = listening.services();
    this.clientName = ClientName.of(connection.remote().getAddress(), listening);
    this.judging = new Judging(this);
  }

  /**
   * What the client said of itself.
   *
   * @param name its HELO or EHLO argument
   * @param extended whether it was EHLO
   * @param offer what it was offered
   */
  public record Greeting(String name, boolean extended, Offer offer) {}

  /** Who has logged in, and how. */
  public record Login(Account account, String mechanism) {}

  // What the wire calls.

  @Override
  public void opened() {
    connection.deadline(settings.get(SmtpParams.TIMEOUT));
    services.log().connected(id(), client());
    counted = true;
    if (overLimit(ClientLimits.Event.CONNECTION, SmtpParams.CLIENT_CONNECTION_RATE)) {
      end(421, "4.7.0", "Error: too many connections from " + address().getHostAddress());
      return;
    }
    if (judging.isConcernedAt(Moment.CONNECT)) {
      inquire(new Notes(), judging::client, this::admit, this::cannotAdmit);
    } else {
      welcome();
    }
  }

  /** Nobody comes in by a fault of ours. */
  private void cannotAdmit(RuntimeException e) {
    services.log().fault(id(), "CONNECT", e);
    end(421, "4.3.0", services.hostname() + " Error: not ready, try again later");
  }

  private void welcome() {
    write(SmtpReply.of(220, "", settings.get(SmtpParams.BANNER)));
    connection.out().flush();
  }

  /** A client that may not be here hears so instead of a welcome. */
  private void admit(Decision decision) {
    denied = !decision.isPermitted();
    if (passes(decision, Optional.empty())) {
      judging.connected(decision);
      welcome();
    } else {
      connection.out().flush();
    }
  }

  @Override
  public void ready() {
    if (arrival == null && errors >= settings.get(SmtpParams.SOFT_ERRORS) && !ended) {
      connection.hold(settings.get(SmtpParams.ERROR_SLEEP));
      connection.execute(this::turn);
    } else {
      turn();
    }
  }

  @Override
  public boolean readyAtOnce() {
    if (arrival != null) {
      return arriveAtOnce(arrival);
    }
    if (ended
        || continuation != null
        || errors >= settings.get(SmtpParams.SOFT_ERRORS)
        || errors >= settings.get(SmtpParams.HARD_ERRORS)) {
      return false;
    }
    onEventLoop = true;
    try {
      guarded(() -> command(readLine()).execute(this));
    } finally {
      onEventLoop = false;
    }
    return left == null;
  }

  @Override
  public void timedOut() {
    services.log().brokenOff(id(), client(), "timeout", stage);
    reset();
    end(421, "4.4.2", services.hostname() + " Error: timeout exceeded");
  }

  @Override
  public void crowdedOut() {
    services.log().brokenOff(id(), client(), "too many connections", stage);
    reset();
    end(tooMany(services.hostname()));
  }

  /** What a client hears for which there is no place, or no more. */
  public static SmtpReply tooMany(String hostname) {
    return SmtpReply.of(421, "4.3.2", hostname + " Error: too many connections");
  }

  @Override
  public void shuttingDown() {
    reset();
    end(421, "4.3.2", services.hostname() + " Service is going down, try again later");
  }

  @Override
  public void closed() {
    if (!ended) {
      services.log().brokenOff(id(), client(), "lost connection", stage);
      ended = true;
    }
    reset();
    if (counted) {
      counted = false;
      services.log().disconnected(id(), client(), summary());
    }
  }

  private void turn() {
    try {
      turnOver = false;
      int commands = 0;
      do {
        if (arrival != null) {
          arrive(arrival);
        } else {
          next();
        }
        commands++;
      } while (!turnOver
          && !ended
          && !connection.isStopping()
          && commands < COMMANDS_A_TURN
          && (arrival != null
              ? !connection.in().isEmpty()
              : errors < settings.get(SmtpParams.SOFT_ERRORS)
                  && connection.in().hasLine(settings.get(SmtpParams.SASL_RESPONSE))));
      if (!turnOver && !ended) {
        connection.out().flush();
      }
    } catch (DeadlineExceeded e) {
      timedOut();
    }
  }

  private void next() {
    if (errors >= settings.get(SmtpParams.HARD_ERRORS)) {
      services.log().brokenOff(id(), client(), "too many errors", stage);
      end(421, "4.7.0", services.hostname() + " Error: too many errors");
      return;
    }
    Runnable rest = left;
    left = null;
    Consumer<Line> waiting = continuation;
    continuation = null;
    guarded(
        () -> {
          if (rest != null) {
            rest.run();
          } else if (waiting != null) {
            waiting.accept(readLine());
          } else {
            command(readLine()).execute(this);
          }
        });
  }

  private Line readLine() {
    Line line = connection.in().readLine(settings.get(SmtpParams.SASL_RESPONSE));
    if (line.end() == Line.End.LF
        && settings.get(SmtpParams.BARE_NEWLINE) == SmtpParams.BareNewline.REJECT) {
      services.log().brokenOff(id(), client(), BARE_LF, stage);
      throw new Hangup(550, "5.5.2", services.hostname() + " Error: bare <LF> received");
    }
    return line;
  }

  /** Does part of a command; the one place where what it throws becomes a reply. */
  private void guarded(Runnable part) {
    try {
      part.run();
    } catch (BadCommand e) {
      reply(e.reply());
    } catch (Hangup e) {
      end(e.reply);
    } catch (StorageFull e) {
      fault(e);
      reply(452, "4.3.1", "Insufficient system storage");
    } catch (StorageUnavailable e) {
      fault(e);
      reply(451, "4.3.0", "Error: storage is not available now");
    } catch (WireFault e) {
      throw e;
    } catch (RuntimeException e) {
      // Our fault is never the client's 5xx; the session goes on from a clean state.
      services.log().fault(id(), stage, e);
      reset();
      reply(451, "4.3.0", "Error: internal error, see the log for " + id());
    }
  }

  /** Content that was whole by then is not kept for another try. */
  private void fault(RuntimeException e) {
    services.log().fault(id(), stage, e);
    if (arrival == null && transaction != null && transaction.isReceiving()) {
      reset();
    }
  }

  /** The command in a line, when it may be given now. */
  private Command command(Line line) {
    String text = CommandText.of(line, settings.get(SmtpParams.LINE_LENGTH));
    SmtpReader in = new SmtpReader(text, listening.pathSyntax());
    String verb = in.verb();
    Optional<Row> found = listening.commands().find(verb);
    if (found.isEmpty()) {
      throw unknown(text);
    }
    Row row = found.get();
    stage = verb;
    done.computeIfAbsent(verb, key -> new int[2])[1]++;
    boolean waits = row.has(Row.Trait.SYNCHRONIZES);
    if ((waits || greeting != null && !greeting.extended()) && !connection.in().isEmpty()) {
      hasty = true;
      if (waits && settings.get(SmtpParams.FORBID_PIPELINING)) {
        services.log().brokenOff(id(), client(), "improper command pipelining", stage);
        throw new Hangup(554, "5.5.0", "Error: SMTP protocol synchronization");
      }
    }
    if (denied && !row.has(Row.Trait.WHEN_DENIED)) {
      throw new BadCommand(503, "5.7.0", "Error: access denied for " + client());
    }
    if (row.has(Row.Trait.JUNK) && junk++ > settings.get(SmtpParams.JUNK_COMMANDS)) {
      errors++;
    }
    if (!row.has(Row.Trait.WITHOUT_TLS) && listening.demandsTls() && connection.tls().isEmpty()) {
      throw new BadCommand(530, "5.7.0", "Must issue a STARTTLS command first");
    }
    return row.parser().parse(in, dialect());
  }

  private RuntimeException unknown(String text) {
    if (listening.forbidden().matches(text)) {
      services.log().suspicious(id(), client(), "non-SMTP command", text);
      return new Hangup(221, "2.7.0", "Error: I can break rules, too. Goodbye.");
    }
    stage = "UNKNOWN";
    done.computeIfAbsent("unknown", key -> new int[2])[1]++;
    return new BadCommand(500, "5.5.2", "Error: command not recognized");
  }

  // What commands ask.

  public Connection connection() {
    return connection;
  }

  /** What this session's listener is, and the settings it obeys. */
  public Listening listening() {
    return listening;
  }

  public Settings settings() {
    return settings;
  }

  public Services services() {
    return services;
  }

  /** What HELO or EHLO has settled. */
  public Optional<Greeting> greeting() {
    return Optional.ofNullable(greeting);
  }

  /** Who has logged in. */
  public Optional<Login> login() {
    return Optional.ofNullable(login);
  }

  /** What MAIL has begun. */
  public Optional<Transaction> transaction() {
    return Optional.ofNullable(transaction);
  }

  /** What the DNS calls the client. */
  public Fact<ClientNames> clientNames() {
    return clientName;
  }

  /** The client's verified name, or {@code unknown} while it is not known. */
  public String knownName() {
    return clientName.now();
  }

  /** What policy says in this session. */
  public Judging judging() {
    return judging;
  }

  /** Whether the client went on before an answer it had to wait for. */
  boolean isHasty() {
    return hasty;
  }

  /** The client, as log lines name it. */
  public String client() {
    return MailLog.client(clientName.now(), address());
  }

  /** The word of the Received header (RFC 3848, RFC 6531). */
  public String protocol() {
    if (greeting == null || !greeting.extended()) {
      return "SMTP";
    }
    String secured = (connection.tls().isPresent() ? "S" : "") + (login != null ? "A" : "");
    boolean utf8 = transaction != null && transaction.parameters().smtpUtf8();
    return utf8 ? "UTF8SMTP" + secured : "ESMTP" + secured;
  }

  /** What an address means that this client wrote: the whole one. */
  public Address whole(WrittenAddress address) {
    return services.policy().qualified(address);
  }

  /** Whether this client has done more of {@code event} than it may; counts this one. */
  public boolean overLimit(ClientLimits.Event event, Param<Integer> param) {
    int limit = settings.get(param);
    return limit > 0 && isLimited() && services.limits().count(event, address()) > limit;
  }

  Dialect dialect() {
    Offer offer = greeting == null ? Offer.NOTHING : greeting.offer();
    return new Dialect(offer);
  }

  String id() {
    return connection.id();
  }

  // What commands do.

  /** HELO or EHLO: begins anew, but stays logged in. */
  public void greet(Greeting said) {
    greeting = said;
  }

  /** Leaves the rest of a command to a worker, where it may wait. */
  public void onWorker(Runnable rest) {
    if (onEventLoop) {
      left = rest;
    } else {
      rest.run();
    }
  }

  /**
   * Goes on with {@code then} as soon as {@code question} is answered: now, or after a pause in
   * which those are asked who know.
   */
  public <R> void inquire(Notes notes, Function<Facts, R> question, Consumer<R> then) {
    inquire(
        notes,
        question,
        then,
        trouble -> {
          throw trouble;
        });
  }

  /** The same, with {@code otherwise} where the question cannot be answered. */
  public <R> void inquire(
      Notes notes,
      Function<Facts, R> question,
      Consumer<R> then,
      Consumer<RuntimeException> otherwise) {
    CompletableFuture<R> answer = services.inquiry().pursue(notes, question).toCompletableFuture();
    if (answer.isDone()) {
      goOn(answer, then, otherwise);
      return;
    }
    pause();
    connection.suspend();
    CompletableFuture<R> unused =
        answer.whenComplete(
            (known, trouble) -> connection.resume(() -> goOn(() -> goOn(answer, then, otherwise))));
  }

  private static <R> void goOn(
      CompletableFuture<R> answer, Consumer<R> then, Consumer<RuntimeException> otherwise) {
    R known;
    try {
      known = answered(answer);
    } catch (RuntimeException e) {
      otherwise.accept(e);
      return;
    }
    then.accept(known);
  }

  private static <R> R answered(CompletableFuture<R> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw Inquiry.unchecked(e);
    }
  }

  /** For the record of why mail was taken or refused. */
  private void keep(Decision decision) {
    services
        .decisions()
        .keep(
            new RecentDecisions.Entry(
                services.clock().instant(), id(), services.generation(), decision));
  }

  /**
   * Whether policy lets the client go on. Keeps and logs what it says, and says it to the client if
   * it is no.
   */
  public boolean passes(Decision decision, Optional<Address> recipient) {
    log(decision, recipient);
    decision
        .refusal()
        .ifPresent(
            refusal ->
                refuse(
                    SmtpReply.of(refusal.code(), refusal.status(), refusal.text()),
                    recipient,
                    decision.lastRule()));
    return decision.isPermitted();
  }

  /** For the record; and what the administrator wants to read of it, whatever comes of it. */
  public void log(Decision decision, Optional<Address> recipient) {
    if (decision.steps().isEmpty()) {
      return;
    }
    keep(decision);
    decision.warnings().forEach(reply -> log("reject_warning", reply.toString(), recipient, ""));
    for (Consequence each : decision.pending().consequences()) {
      if (each instanceof Consequence.Note note) {
        log(note.level(), note.text(), recipient, "");
      }
    }
  }

  /** MAIL: a transaction begins. */
  public void begin(ReversePath sender, MailParameters parameters, Notes notes, Pending pending) {
    transaction = new Transaction(sender, parameters, notes, pending);
  }

  /** The transaction ends, nothing of it is kept (RFC 5321, 4.1.1.5). */
  public void reset() {
    if (transaction != null) {
      transaction.close();
      transaction = null;
      connection.keeps(0);
    }
  }

  /** The same, and {@code then}; on a worker where content has to be thrown away. */
  public void reset(Runnable then) {
    Runnable both =
        () -> {
          reset();
          then.run();
        };
    if (transaction != null && transaction.isReceiving()) {
      onWorker(both);
    } else {
      both.run();
    }
  }

  /** AUTH has succeeded. */
  public void loggedIn(Account account, String mechanism) {
    login = new Login(account, mechanism);
    connection.trusted();
    services.log().loggedIn(id(), client(), mechanism, account.login());
  }

  /** Has the next line read by {@code reader} instead of the command table. */
  public void continueWith(Consumer<Line> reader) {
    continuation = reader;
  }

  /** Answers; errors are counted. Leaves when the input is empty. */
  public void reply(SmtpReply reply) {
    if (reply.code() >= 400) {
      errors++;
    } else if (!reply.isIntermediate()) {
      int[] counts = done.get(stage);
      if (counts != null) {
        counts[0]++;
      }
    }
    write(reply);
  }

  /** Answers in one line. */
  public void reply(int code, String status, String text) {
    reply(SmtpReply.of(code, status, text));
  }

  /** Answers without counting an error. */
  public void replyLeniently(SmtpReply reply) {
    write(reply);
  }

  /** Answers at once: the client waits for it within a command. */
  public void replyNow(SmtpReply reply) {
    write(reply);
    connection.out().flush();
  }

  /**
   * A log-in of this client.
   *
   * @param then takes what comes of an attempt that the session has paused for
   */
  public LogIn logIn(Consumer<LogIn.Step> then) {
    return services
        .logIns()
        .logIn(connection, this::client, services.log(), step -> goOn(() -> then.accept(step)));
  }

  /**
   * The command waits for something that will wake the session; what the client sends waits too.
   */
  public void pause() {
    turnOver = true;
    connection.out().flush();
  }

  /** The rest of a command that the session has paused in, as a turn of its own. */
  private void goOn(Runnable rest) {
    guarded(rest);
    if (!ended) {
      connection.out().flush();
    }
  }

  /** Refuses, with one line in the log that says why. */
  public void refuse(SmtpReply reply, Optional<Address> recipient, String rule) {
    log("reject", reply.toString(), recipient, rule);
    if (reply.code() == 421 || reply.code() == 521) {
      end(reply);
    } else {
      reply(reply);
    }
  }

  private void log(String what, String text, Optional<Address> recipient, String rule) {
    services
        .log()
        .judged(
            what,
            "NOQUEUE",
            stage,
            client(),
            text,
            transaction == null ? "" : transaction.sender().toString(),
            recipient.map(List::of).orElseGet(List::of),
            protocol(),
            greeting == null ? "" : greeting.name(),
            rule);
  }

  /** STARTTLS: answers, then forgets all that was said in clear (RFC 3207, 4.2). */
  public void startTls(TlsContext context) {
    reset();
    greeting = null;
    login = null;
    turnOver = true;
    connection.deadline(settings.get(SmtpParams.STARTTLS_TIMEOUT));
    reply(SmtpReply.of(220, "2.0.0", "Ready to start TLS"));
    connection.startTls(context);
  }

  /** DATA: asks for the content; when it has come to its end, answers (RFC 5321, 4.1.1.4). */
  public void receiveData(Transaction current) {
    Reception reception;
    try {
      reception = Reception.ofData(this, current);
    } catch (RuntimeException e) {
      reset();
      throw e;
    }
    current.reception(reception);
    receive(reception.toDot(), () -> finish(current, reception::finish));
    replyNow(GO_AHEAD);
  }

  /** BDAT: takes one chunk; with the last one the mail is whole (RFC 3030). */
  public void receiveChunk(Transaction current, long length, boolean last) {
    Reception reception;
    try {
      reception = receptionOf(current);
    } catch (RuntimeException e) {
      cannotReceive(e);
      return;
    }
    Runnable then =
        last
            ? () -> finish(current, () -> reception.lastChunkTaken(length))
            : () -> reply(reception.chunkTaken(length));
    if (length > 0) {
      receive(reception.chunk(length), then);
    } else {
      onWorker(then);
    }
  }

  /** Drops octets that belong to a refused command, then has it answered. */
  public void swallow(long length, Runnable answer) {
    Runnable then =
        () -> {
          answer.run();
          reset();
        };
    if (length > 0) {
      receive(Arrival.dropped(length), then);
    } else {
      then.run();
    }
  }

  /** The content is whole: the last word of policy, then ours. */
  private void finish(Transaction current, Supplier<SmtpReply> reception) {
    if (judging.isConcernedAt(Moment.END_OF_DATA)) {
      inquire(
          current.notes(),
          facts -> judging.content(Moment.END_OF_DATA, current, facts),
          decision -> finish(reception, decision));
    } else {
      accept(reception);
    }
  }

  private void finish(Supplier<SmtpReply> reception, Decision decision) {
    stage = "END-OF-MESSAGE";
    if (passes(decision, Optional.empty())) {
      accept(reception);
    } else {
      reset();
    }
  }

  private void accept(Supplier<SmtpReply> reception) {
    try {
      answer(reception.get());
    } finally {
      // RFC 5321, 4.1.1.4: the transaction ends whatever came of it.
      reset();
    }
  }

  private Reception receptionOf(Transaction current) {
    Reception reception = current.reception();
    if (reception == null) {
      reception = Reception.ofChunks(this, current);
      current.reception(reception);
    }
    return reception;
  }

  /** What comes next is content, and what follows on it {@code then}. */
  private void receive(Arrival next, Runnable then) {
    arrival = new PacedArrival(next, connection, services.clock(), settings);
    arrived = Progress.MORE;
    whenWhole = then;
    connection.awaitOctets();
  }

  /** Takes what has come; behind its end goes on with commands. */
  private void arrive(Arrival current) {
    take(current, octets -> true);
    if (ended) {
      return;
    }
    if (arrived == Progress.BARE_LF) {
      services.log().brokenOff(id(), client(), BARE_LF, stage);
      reset();
      end(550, "5.5.2", services.hostname() + " Error: bare <LF> received");
    } else if (arrived == Progress.END) {
      Runnable then = whenWhole;
      arrival = null;
      whenWhole = null; // an idle session keeps nothing of its last mail
      connection.lineLimit(settings.get(SmtpParams.SASL_RESPONSE));
      if (then != null) {
        guarded(then);
      }
    }
  }

  /** The same on the event loop; what follows on the end, or on a bare LF, is a worker's. */
  private boolean arriveAtOnce(Arrival current) {
    return take(current, current::takesAtOnce) && arrived == Progress.MORE || ended;
  }

  /**
   * Takes what has come, or ends the session: what is left of it must never be taken for commands.
   *
   * @param may whether so many octets may be taken now
   * @return whether nothing is left that could be taken
   */
  private boolean take(Arrival current, IntPredicate may) {
    try {
      while (arrived == Progress.MORE && !connection.in().isEmpty()) {
        ByteBuffer octets = connection.in().available();
        if (!may.test(octets.remaining())) {
          return false;
        }
        arrived = current.take(octets);
      }
    } catch (WireFault e) {
      throw e;
    } catch (RuntimeException e) {
      cannotReceive(e);
    }
    return true;
  }

  private void cannotReceive(RuntimeException e) {
    services.log().fault(id(), "receiving content", e);
    end(421, "4.3.0", services.hostname() + " Error: content cannot be taken now");
  }

  private void answer(SmtpReply reply) {
    if (reply.isPositive()) {
      errors = 0;
      junk = 0;
    }
    reply(reply);
  }

  /** Says the last word and closes. */
  public void end(int code, String status, String text) {
    end(SmtpReply.of(code, status, text));
  }

  private void end(SmtpReply reply) {
    if (!ended) {
      ended = true;
      write(reply);
      connection.close();
    }
  }

  /** A command after which nobody knows where the next one begins. Has no stack trace. */
  public static final class Hangup extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SmtpReply reply;

    public Hangup(int code, String status, String text) {
      super(text, null, false, false);
      this.reply = SmtpReply.of(code, status, text);
    }
  }

  /** Counts a command that went well without {@link #reply}: QUIT. */
  public void countDone() {
    int[] counts = done.get(stage);
    if (counts != null) {
      counts[0]++;
    }
  }

  private void write(SmtpReply reply) {
    connection.out().write(reply.encode());
  }

  private InetAddress address() {
    return connection.remote().getAddress();
  }

  private boolean isLimited() {
    return !services.exempts(address());
  }

  /** {@code ehlo=1 rcpt=4/8 commands=5/9}: what went well, of how many. */
  private String summary() {
    List<String> words = new ArrayList<>();
    int[] all = new int[2];
    done.forEach(
        (verb, counts) -> {
          words.add(word(verb.toLowerCase(Locale.ROOT), counts));
          all[0] += counts[0];
          all[1] += counts[1];
        });
    words.add(word("commands", all));
    return String.join(" ", words);
  }

  private static String word(String name, int[] counts) {
    return counts[0] == counts[1]
        ? name + "=" + counts[0]
        : name + "=" + counts[0] + "/" + counts[1];
  }
}
