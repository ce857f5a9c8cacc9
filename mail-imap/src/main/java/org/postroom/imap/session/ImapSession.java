package org.postroom.imap.session;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Input;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.StrangerLimits;
import org.postroom.core.wire.WireFault;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.CommandInput;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.ReaderLimits;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;

/** One client's conversation: command by command, with a view of the selected mailbox. */
public final class ImapSession implements Session {
  /** What a client hears for which there is no place, or no more. */
  public static final String TOO_MANY = "Too many connections.";

  private final Services services;
  private final CommandTable commands;
  private final Connection connection;
  private final ImapWriter writer;
  private final Client client;
  private @Nullable Authenticated user;
  private @Nullable Account account;
  private @Nullable Selected selected;
  private MailStore.@Nullable Subscription watch;
  private volatile @Nullable Conversation conversation;
  private final long since;
  private int badInARow;

  /** What has come of a command, until all of it has. */
  private @Nullable CommandInput begun;

  private @Nullable CommandRun<?> running;
  private boolean utf8;
  private boolean selectionLost;
  private boolean closing;
  private boolean startsTls;

  /** The rest of the turn waits until the client has read. */
  private boolean suspended;

  public ImapSession(Services services, CommandTable commands, Connection connection) {
    this.services = services;
    this.commands = commands;
    this.connection = connection;
    this.writer = new ImapWriter(connection.out());
    this.client = new Client(this, services, connection);
    this.since = services.timers().nanoTime();
  }

  // --- turns ---

  @Override
  public void opened() {
    if (!greeted) {
      greeted = true;
      new Responder(writer, "*").ok("CAPABILITY " + client.capabilities(), "Postroom ready.");
    }
    writer.rest();
    awaitNext();
  }

  private boolean greeted;

  @Override
  public void ready() {
    Conversation talk = conversation;
    if (talk != null) {
      talk.line();
    } else if (begun == null || begun.arrive()) {
      command();
    } else {
      awaitNext();
    }
  }

  /**
   * Octets that are asked for are taken on the event loop; everything else may wait for a store.
   */
  @Override
  public boolean readyAtOnce() {
    Conversation talk = conversation;
    if (talk != null) {
      return talk.atOnce();
    }
    if (begun == null || !begun.takesAtOnce() || begun.arrive()) {
      return false;
    }
    awaitNext();
    return true;
  }

  private void command() {
    CommandInput input = begun == null ? input() : begun;
    begun = input;
    try {
      command(new ImapReader(input, writer, readerLimits(), utf8));
    } catch (CommandInput.MoreNeeded more) {
      input.rewind();
      connection.keeps(input.kept());
      writer.rest();
      awaitNext();
    }
  }

  private CommandInput input() {
    return new CommandInput(connection, services.staging(), readerLimits());
  }

  /** A reader of the line that has come. */
  ImapReader reader() {
    return new ImapReader(input(), writer, readerLimits(), false);
  }

  private ReaderLimits readerLimits() {
    return user == null ? services.limits().strangers() : services.limits().users();
  }

  private void command(ImapReader in) {
    if (in.isBlank()) {
      allRead();
      rest();
      return;
    }
    if (user == null && in.isForeign()) {
      // Who means a web server must not find that some of its lines are commands here.
      close();
      return;
    }
    String tag;
    try {
      tag = in.tag();
    } catch (BadCommand bad) {
      Responder out = new Responder(writer, "*");
      turn(() -> failed(in, bad, out, answer -> answer), out);
      return;
    }
    Responder out = new Responder(writer, tag);
    turn(() -> run(in, out), out);
  }

  private Completion run(ImapReader in, Responder out) {
    try {
      in.space();
      String name = in.word();
      if (name.equals("UID")) {
        in.space();
        name = "UID " + in.word();
      }
      String wanted = name;
      in.mustNotExceed(user == null ? mostOfStranger(name) : Integer.MAX_VALUE);
      CommandRow<?> row =
          commands.find(name).orElseThrow(() -> new BadCommand("Unknown command " + wanted + "."));
      return run(row, in, out);
    } catch (WireFault | CommandInput.MoreNeeded | UnfinishedLiteral | SelectionLost ending) {
      throw ending;
    } catch (RuntimeException failure) {
      // Whatever it is: what is left of the command, a literal perhaps, must never be run as one.
      if (out.isLineOpen()) {
        throw failure;
      }
      return failed(in, failure, out, answer -> answer);
    }
  }

  /**
   * How long a command may be before log-in: tokens are longer, and what clients say of themselves.
   */
  private int mostOfStranger(String name) {
    return switch (name) {
      case "AUTHENTICATE" -> StrangerLimits.LONGEST_LINE;
      case "ID" -> Integer.MAX_VALUE;
      default -> services.limits().strangerLine();
    };
  }

  private <S> Completion run(CommandRow<S> row, ImapReader in, Responder out) {
    S state = state(row);
    Authenticated now = user;
    if (now != null && row.endsSelection()) {
      now.closePrevious(out);
    }
    Command<S> command = row.parse().apply(in);
    allRead();
    CommandRun<S> begins = new CommandRun<>(this, row, command, state, in, out);
    running = begins;
    return begins.begin();
  }

  /** All that the command's reader wants has come: what was gathered is not read again. */
  private void allRead() {
    CommandInput input = begun;
    if (input != null) {
      begun = null;
      connection.keeps(0);
      if (input.close()) {
        connection.lineLimit(lineLimit());
      }
    }
  }

  private int lineLimit() {
    return user == null ? services.limits().strangerLine() : services.limits().users().line();
  }

  /**
   * What is left of the command is skipped; then the client hears why.
   *
   * @param end what else is to be done before the answer
   */
  Completion failed(
      ImapReader in, RuntimeException failure, Responder out, UnaryOperator<Completion> end) {
    allRead();
    return skipRest(in, Failures.completion(failure, connection.id()), out, end);
  }

  private Completion skipRest(
      ImapReader in, Completion answer, Responder out, UnaryOperator<Completion> end) {
    try {
      long length = in.unwanted();
      return length < 0
          ? end.apply(answer)
          : receive(
              length,
              Intake.nothing(),
              in.lineRoom(),
              out,
              line -> skipRest(in, line, answer, out, end));
    } catch (BadCommand tooMuch) {
      return tooMuch.isLast() ? answer.then(Completion.Then.CLOSE) : answer;
    }
  }

  private Completion skipRest(
      ImapReader in, Line line, Completion answer, Responder out, UnaryOperator<Completion> end) {
    try {
      in.next(line);
    } catch (BadCommand tooLong) {
      return answer.then(Completion.Then.CLOSE);
    }
    return skipRest(in, answer, out, end);
  }

  private <S> S state(CommandRow<S> row) {
    Class<S> wanted = row.state();
    Authenticated now = user;
    if (wanted == Client.class) {
      return wanted.cast(client);
    }
    if (wanted == Stranger.class) {
      if (now != null) {
        throw new BadCommand("Already logged in.");
      }
      return wanted.cast(new Stranger(client));
    }
    if (now == null) {
      throw new BadCommand("Not logged in.");
    }
    if (wanted == Authenticated.class) {
      return wanted.cast(now);
    }
    Selected box = selected;
    if (box == null) {
      throw new BadCommand("No mailbox selected.");
    }
    return wanted.cast(box);
  }

  /** One turn: does it, says what came of it, and rests. Every failure ends here. */
  void turn(Supplier<@Nullable Completion> work, Responder out) {
    suspended = false;
    Completion completion;
    try {
      completion = work.get();
    } catch (WireFault | CommandInput.MoreNeeded open) {
      throw open;
    } catch (SelectionLost lost) {
      deselect();
      out.bye("", SelectionLost.TEXT);
      close();
      return;
    } catch (UnfinishedLiteral broken) {
      Failures.completion(broken, connection.id());
      close();
      return;
    } catch (RuntimeException failure) {
      completion = Failures.completion(failure, connection.id());
      if (out.isLineOpen()) {
        close();
        return;
      }
    }
    if (completion != null && !completion.isLater()) {
      answer(completion, out);
    }
    if (startsTls) {
      startsTls = false;
      writer.handOver(); // the last words in clear leave when the input has been emptied
      awaitNext();
    } else if (!closing) {
      rest();
    }
  }

  private void answer(Completion completion, Responder out) {
    running = null;
    out.tagged(completion.condition(), completion.code(), completion.text());
    boolean bad = completion.condition().equals("BAD");
    badInARow = bad ? badInARow + 1 : 0;
    int most = user == null ? services.limits().badBefore() : services.limits().badAfter();
    if (selectionLost) {
      deselect();
      out.bye("", SelectionLost.TEXT);
      close();
    } else if (badInARow >= most) {
      out.bye("", "Too many invalid commands.");
      close();
    } else if (completion.then() == Completion.Then.CLOSE) {
      if (!completion.condition().equals("OK")) {
        out.bye(completion.code().equals("TOOBIG") ? "TOOBIG" : "", "Closing the connection.");
      }
      close();
    } else if (completion.then() == Completion.Then.START_TLS) {
      services.tls().ifPresent(connection::startTls);
      startsTls = true;
    }
  }

  /** The turn ends: what was said leaves, unless more is said at once. */
  private void rest() {
    boolean full = user != null && !suspended && !connection.out().hasRoom();
    if (suspended || full || conversation != null || !connection.in().hasLine(lineLimit())) {
      writer.rest();
    }
    if (full) {
      suspended = true;
      connection.whenRead(
          () -> {
            suspended = false;
            awaitNext();
          });
    }
    awaitNext();
  }

  /** The rest of the turn is done when the client has read what was said so far. */
  Completion goOnWhenRead(Supplier<@Nullable Completion> rest, Responder out) {
    suspended = true;
    connection.whenRead(() -> turn(rest, out));
    return Completion.later();
  }

  /** Says it in as many turns as it takes; no command waits for its end. */
  Completion say(Saying saying, Responder out) {
    return saying.to(connection.out())
        ? Completion.later()
        : goOnWhenRead(() -> say(saying, out), out);
  }

  /**
   * How long the client may take now: for its next command, or for the rest of one, or for reading
   * what it is told. Whoever trickles lines has not for ever to log in.
   */
  void awaitNext() {
    ImapLimits limits = services.limits();
    if (user != null) {
      boolean must = suspended || isWithinCommand();
      connection.deadline(must ? limits.stall() : limits.autologout());
      return;
    }
    Duration spent = Duration.ofNanos(services.timers().nanoTime() - since);
    Duration left = limits.loginTotal().minus(spent);
    if (left.isNegative() || left.isZero()) {
      timedOut();
      close();
    } else {
      connection.deadline(left.compareTo(limits.loginWait()) < 0 ? left : limits.loginWait());
    }
  }

  /** Whether the client has said a part of a command only. */
  private boolean isWithinCommand() {
    Conversation talk = conversation;
    return begun != null || talk != null && talk.isWithinCommand();
  }

  private void close() {
    closing = true;
    leave(); // before the client hears it: who logs out and in again at once is not one too many
    writer.rest();
    connection.close();
  }

  // --- the view ---

  /** Brings the view up to date before a command. */
  Saying before(Responder out) {
    Selected box = selected;
    return box != null && box.view().isTouched() ? sync(box, out, false, false) : Saying.NOTHING;
  }

  /** Brings the view up to date after a command; returns what there is to say of it. */
  Saying sync(Sync when, Responder out) {
    Selected box = selected;
    if (box == null) {
      return Saying.NOTHING;
    }
    Input in = connection.in();
    boolean expunges = when.expunges && (conversation != null || !Pipeline.usesNumbers(in));
    return sync(box, out, expunges, when.always);
  }

  /**
   * The same for a command that is done, and stays done whatever is found: whoever did not hear OK
   * would append or copy once more. When the store cannot say now what else has happened, the view
   * asks again later; when the selected mailbox is gone, the session ends after the answer.
   */
  Saying syncAfter(Sync when, Responder out) {
    try {
      return sync(when, out);
    } catch (SelectionLost lost) {
      selectionLost = true;
    } catch (StorageUnavailable | StorageFull later) {
      Failures.notTold(later, connection.id());
    }
    return Saying.NOTHING;
  }

  private Saying sync(Selected box, Responder out, boolean expunges, boolean always) {
    try {
      return box.view().sync(out, expunges, always);
    } catch (MailboxNotFound deleted) {
      throw new SelectionLost();
    }
  }

  MailboxView select(Mailbox mailbox, boolean readOnly) {
    Authenticated now = user;
    if (now == null) {
      throw new IllegalStateException("nobody is logged in");
    }
    deselect();
    // Watched first: a change between the snapshot and the watch would go unnoticed.
    Watcher watcher = new Watcher();
    MailStore.Subscription subscription =
        services.store().watch(mailbox.id(), change -> watcher.changed());
    try {
      MailboxView view =
          MailboxView.open(services.store(), services.store().snapshot(mailbox.id()), readOnly);
      watcher.view = view;
      view.touch();
      selected = new Selected(now, view);
      watch = subscription;
      return view;
    } finally {
      if (watch != subscription) {
        subscription.close();
      }
    }
  }

  /** Passes the store's hints on; called on its threads. */
  private final class Watcher {
    volatile @Nullable MailboxView view;

    void changed() {
      MailboxView seen = view;
      if (seen != null) {
        seen.touch();
      }
      Conversation talk = conversation;
      if (talk != null) {
        talk.changed();
      }
    }
  }

  boolean deselect() {
    MailStore.Subscription subscription = watch;
    if (subscription != null) {
      subscription.close();
      watch = null;
    }
    boolean was = selected != null;
    selected = null;
    return was;
  }

  Optional<Selected> selected() {
    return Optional.ofNullable(selected);
  }

  // --- log-in ---

  Optional<Account> account() {
    return Optional.ofNullable(account);
  }

  boolean logIn(Account who) {
    if (!services.sessions().enter(who.id(), connection.remote().getAddress(), services.limits())) {
      return false;
    }
    account = who;
    user = new Authenticated(this, client, who);
    connection.trusted();
    connection.lineLimit(services.limits().users().line());
    return true;
  }

  void allowUtf8() {
    utf8 = true;
    writer.allowUtf8();
  }

  // --- conversations ---

  void ask(int most, Responder out, Function<Line, Completion> next) {
    conversation = new Asking(this, connection, most, out, next);
    connection.lineLimit(most);
  }

  Completion idle(Responder out) {
    Idling idling = new Idling(this, services, connection, out);
    conversation = idling;
    return idling.begin();
  }

  /** For the command that runs. */
  Completion receive(long length, Intake intake, Function<Line, Completion> then) {
    CommandRun<?> run = running;
    if (run == null) {
      throw new IllegalStateException("no command runs");
    }
    return run.receive(length, intake, then);
  }

  Completion receive(
      long length, Intake intake, int most, Responder out, Function<Line, Completion> then) {
    conversation = new Receiving(this, connection, length, intake, most, out, then);
    return Completion.later();
  }

  void endConversation() {
    Conversation talk = conversation;
    conversation = null;
    if (talk != null) {
      talk.ended();
      connection.lineLimit(lineLimit());
    }
  }

  // --- ends ---

  @Override
  public void timedOut() {
    if (user != null && isWithinCommand()) {
      return; // it may take what it hears for the answer
    }
    new Responder(writer, "*")
        .bye(
            "",
            user == null
                ? "Disconnected for inactivity during authentication."
                : "Disconnected for inactivity.");
    writer.rest();
  }

  @Override
  public void crowdedOut() {
    new Responder(writer, "*").bye("LIMIT", TOO_MANY);
    writer.rest();
  }

  @Override
  public void shuttingDown() {
    new Responder(writer, "*").bye("UNAVAILABLE", "Server shutting down.");
    writer.rest();
  }

  @Override
  public void closed() {
    endConversation();
    allRead();
    deselect();
    leave();
  }

  /** Its place among the account's connections is free. */
  private void leave() {
    Account who = account;
    if (who != null) {
      account = null;
      services.sessions().leave(who.id(), connection.remote().getAddress());
    }
  }
}
