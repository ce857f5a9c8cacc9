package org.postroom.smtp.server;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Occasion;
import org.postroom.core.policy.PolicyContext;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Dialogue;
import org.postroom.core.wire.Connection;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.SmtpReply;

/**
 * One client's session as its commands see it: what they agree on (the greeting, who has logged in,
 * the mail that has begun), what they ask, and how they answer. Runs one command at a time; no
 * locks. The turns are {@link SmtpConversation}'s.
 */
public final class SmtpSession implements Standing {
  private final Connection connection;
  private final Listening listening;
  private final CommandTable<SmtpSession, ?> commands;
  private final Dialogue dialogue;
  private final Settings settings;
  private final Services services;
  private final ClientName clientName;
  private final Judging judging;
  private final Transcript transcript;
  private final Tally tally = new Tally();
  private SmtpState state = SmtpState.IDLE;
  private @Nullable Greeting greeting;
  private @Nullable Login login;
  private String stage = "CONNECT";
  private int junk;
  private boolean hasty;

  /** Tells the mails of this session from those of others, before and after a restart. */
  private final long since;

  /** As it was when the session began: a question that is put again is the same question. */
  private final boolean stressed;

  private int mails;

  SmtpSession(
      Connection connection,
      Listening listening,
      CommandTable<SmtpSession, ?> commands,
      Dialogue dialogue) {
    this.connection = connection;
    this.listening = listening;
    this.commands = commands;
    this.dialogue = dialogue;
    this.settings = listening.settings();
    this.services = listening.services();
    this.clientName = ClientName.of(connection.remote().getAddress(), listening);
    this.judging = new Judging(services, this);
    this.transcript =
        listening.transcript(connection.id(), connection.remote().getAddress(), clientName::now);
    this.since = services.clock().millis();
    this.stressed = connection.isCrowded();
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

  /** What a client hears for which there is no place, or no more. */
  public static SmtpReply tooMany(String hostname) {
    return SmtpReply.of(421, "4.3.2", hostname + " Error: too many connections");
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

  /** Whose turns it is, for what goes from line to line. */
  public Dialogue dialogue() {
    return dialogue;
  }

  /** The commands there are. */
  public CommandTable<SmtpSession, ?> commands() {
    return commands;
  }

  /** What EHLO lists to this client now. */
  public Offer offer() {
    return Offer.of(listening.offered(commands.offered(this)));
  }

  public SmtpState state() {
    return state;
  }

  /** What HELO or EHLO has settled. */
  public Optional<Greeting> greeting() {
    return Optional.ofNullable(greeting);
  }

  /** Who has logged in. */
  public Optional<Login> login() {
    return Optional.ofNullable(login);
  }

  @Override
  public Optional<Transaction> transaction() {
    return state instanceof Transaction begun ? Optional.of(begun) : Optional.empty();
  }

  @Override
  public Optional<Account> account() {
    return login().map(Login::account);
  }

  @Override
  public Optional<String> helo() {
    return greeting().map(Greeting::name);
  }

  @Override
  public PolicyContext.Client policyClient() {
    return new PolicyContext.Client(
        address(), clientName, account().map(Account::login), connection.tls().isPresent(), hasty);
  }

  @Override
  public Occasion occasion() {
    boolean extended = greeting != null && greeting.extended();
    Optional<Transaction> mail = transaction();
    return new Occasion(
        stage.equals("BDAT") ? "DATA" : stage,
        listening.isLmtp() ? "LMTP" : extended ? "ESMTP" : "SMTP",
        Optional.of(connection.remote()),
        Optional.of(connection.local()),
        mail.flatMap(Transaction::id).map(String::valueOf).orElse(""),
        mail.map(begun -> id() + "." + Long.toHexString(since) + "." + mails).orElse(""),
        mail.map(Transaction::size).orElse(0L),
        login().map(Login::mechanism).orElse(""),
        mail.map(Transaction::saslSender).orElse(""),
        connection.tls(),
        stressed);
  }

  /** What the DNS calls the client. */
  public ClientName clientNames() {
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

  /** Whether mail is taken from this client. */
  public Admission admission() {
    return new Admission(listening, this, judging);
  }

  /** The client, as log lines name it. */
  public String client() {
    return clientName.withAddress();
  }

  @Override
  public String name() {
    return client();
  }

  /** The word of the Received header (RFC 3848, RFC 6531). */
  public String protocol() {
    boolean lmtp = listening.isLmtp();
    if (greeting == null || !greeting.extended()) {
      return lmtp ? "LMTP" : "SMTP";
    }
    String secured = (connection.tls().isPresent() ? "S" : "") + (login != null ? "A" : "");
    boolean utf8 = transaction().map(Transaction::isUtf8).orElse(false);
    String plain = lmtp ? "LMTP" : utf8 ? "SMTP" : "ESMTP";
    return (utf8 ? "UTF8" : "") + plain + secured;
  }

  /** Whether this client has done more of {@code event} than it may; counts this one. */
  public boolean overLimit(ClientLimits.Event event, Param<Integer> param) {
    int limit = settings.get(param);
    return limit > 0
        && !services.exempts(address())
        && services.limits().count(event, address()) > limit;
  }

  Dialect dialect() {
    return new Dialect(greeting == null ? Offer.NOTHING : greeting.offer());
  }

  /** The client has said a line; it is written down, if somebody wants to see it. */
  void heard(Supplier<String> line) {
    transcript.heard(line);
  }

  /** The session is over; why, where it was not brought to its end. May wait. */
  void over(String why) {
    if (!why.isEmpty()) {
      transcript.aborted(why);
    }
    transcript.tell(this::client);
  }

  String id() {
    return connection.id();
  }

  String stage() {
    return stage;
  }

  /** What was done, for the log. */
  String summary() {
    return tally.toString();
  }

  // What commands do.

  /** A command was given, or what follows on it. */
  void enter(String verb) {
    stage = verb;
  }

  /** The same; it counts. */
  void given(String verb, String counted) {
    stage = verb;
    tally.given(counted);
  }

  /** One more command that does nothing for a mail; gives how many there were before. */
  int givenJunk() {
    return junk++;
  }

  /** The client went on before an answer it had to wait for. */
  void wasHasty() {
    hasty = true;
  }

  /** HELO or EHLO: begins anew, but stays logged in. */
  public void greet(Greeting said) {
    greeting = said;
  }

  /** Leaves the rest of a command to a worker, where it may wait. */
  public void onWorker(Runnable rest) {
    dialogue.onWorker(rest);
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
    dialogue.await(answer, () -> goOn(answer, then, otherwise));
  }

  private static <R> void goOn(
      CompletableFuture<R> answer, Consumer<R> then, Consumer<RuntimeException> otherwise) {
    R known;
    try {
      known = answer.join();
    } catch (CompletionException e) {
      otherwise.accept(Inquiry.unchecked(e));
      return;
    }
    then.accept(known);
  }

  /**
   * Whether policy lets the client go on. Keeps and logs what it says, and says it to the client if
   * it is no.
   */
  public boolean passes(Decision decision, Optional<Address> recipient) {
    log(decision, recipient);
    Judging.refusal(decision).ifPresent(refusal -> refuse(refusal, recipient, decision.lastRule()));
    return decision.isPermitted();
  }

  /** The same for a recipient, which comes to {@code judged.expanded()}. */
  public boolean passes(Admission.Judged judged, Address recipient) {
    Optional<Address> about = Optional.of(recipient);
    Decision decision = judged.decision();
    log(judged, about);
    Judging.refusal(decision).ifPresent(refusal -> refuse(refusal, about, decision.lastRule()));
    return decision.isPermitted();
  }

  /** For the record; and what the administrator wants to read of it, whatever comes of it. */
  public void log(Decision decision, Optional<Address> recipient) {
    log(new Admission.Judged(decision, Optional.empty()), recipient);
  }

  private void log(Admission.Judged judged, Optional<Address> recipient) {
    judging.keep(
        id(), judged.decision(), judged.expanded(), (what, text) -> log(what, text, recipient, ""));
  }

  /** MAIL: a transaction begins. */
  public void begin(Transaction transaction) {
    state = transaction;
  }

  /** The transaction ends, nothing of it is kept (RFC 5321, 4.1.1.5). */
  public void reset() {
    if (state instanceof Transaction begun) {
      state = SmtpState.IDLE;
      mails++;
      begun.close();
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
    if (transaction().filter(Transaction::isReceiving).isPresent()) {
      onWorker(both);
    } else {
      both.run();
    }
  }

  /** AUTH has succeeded. */
  public void loggedIn(Account account, String mechanism) {
    login = new Login(account, mechanism);
    connection.trusted();
  }

  /** All that was said in clear is forgotten (RFC 3207, 4.2). */
  public void forget() {
    reset();
    greeting = null;
    login = null;
  }

  /** Answers; errors are counted. Leaves when the input is empty. */
  public void reply(SmtpReply reply) {
    if (reply.code() >= 400) {
      dialogue.erred();
    } else if (!reply.isIntermediate()) {
      tally.wentWell(stage);
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

  /** Answers what has come of a mail; one that is taken makes up for errors. */
  void replyToMail(SmtpReply reply) {
    if (reply.isPositive()) {
      dialogue.forgive();
      junk = 0;
    }
    reply(reply);
  }

  /** Refuses, with one line in the log that says why. */
  private void refuse(SmtpReply reply, Optional<Address> recipient, String rule) {
    log("reject", said(reply).toString(), recipient, rule);
    transcript.refused(said(reply));
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
            id(),
            what,
            transaction().map(Transaction::name).orElse("NOQUEUE"),
            stage,
            client(),
            text,
            transaction().map(Transaction::from).orElse(""),
            recipient.map(List::of).orElseGet(List::of),
            protocol(),
            helo().orElse(""),
            rule);
  }

  /** Says the last word and closes. */
  public void end(int code, String status, String text) {
    end(SmtpReply.of(code, status, text));
  }

  void end(SmtpReply reply) {
    if (!dialogue.isEnded()) {
      write(reply);
      dialogue.end();
    }
  }

  /** The same, with a line in the log that says why. */
  void breakOff(String why, SmtpReply reply) {
    services.log().brokenOff(id(), client(), why, stage);
    transcript.aborted(why);
    reset();
    end(reply);
  }

  /** A line that ends in LF alone ends the session, where none may. */
  public void mindLineEnd(boolean isLfAlone) {
    if (isLfAlone && settings.get(SmtpParams.BARE_NEWLINE) == SmtpParams.BareNewline.REJECT) {
      throw bareLf();
    }
  }

  /** What ends the session after a line, of a command or of a mail, that ends in LF alone. */
  Hangup bareLf() {
    services.log().brokenOff(id(), client(), "bare <LF>", stage);
    return new Hangup(550, "5.5.2", services.hostname() + " Error: bare <LF> received");
  }

  /** Content cannot be taken; what is left of it must never be taken for commands. */
  void endForContent(RuntimeException fault) {
    services.log().fault(id(), "receiving content", fault);
    end(421, "4.3.0", services.hostname() + " Error: content cannot be taken now");
  }

  /** A command after which nobody knows where the next one begins. Has no stack trace. */
  public static final class Hangup extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SmtpReply reply;

    public Hangup(int code, String status, String text) {
      super(text, null, false, false);
      this.reply = SmtpReply.of(code, status, text);
    }

    SmtpReply reply() {
      return reply;
    }
  }

  /** Counts a command that went well without {@link #reply}: QUIT. */
  public void countDone() {
    tally.wentWell(stage);
  }

  /** How a reply is said here: where nothing fails for good, for now. */
  SmtpReply said(SmtpReply reply) {
    return listening.said(reply);
  }

  private void write(SmtpReply reply) {
    SmtpReply said = said(reply);
    transcript.said(said);
    connection.out().write(said.encode());
  }

  InetAddress address() {
    return connection.remote().getAddress();
  }
}
