package org.postroom.imap.session;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.postroom.core.wire.Session;
import org.postroom.core.wire.WireFault;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.GatheredInput;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.ReaderLimits;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;

/** One client's conversation: command by command, with a view of the selected mailbox. */
public final class ImapSession implements Session {
  /** Before log-in these may be longer than others: tokens, and what clients say of themselves. */
  private static final Set<String> LONG_COMMANDS = Set.of("AUTHENTICATE", "ID");

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
  private @Nullable GatheredInput begun;
  private boolean utf8;
  private boolean selectionLost;
  private boolean closing;

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
    } else {
      command();
    }
  }

  private void command() {
    if (user != null) {
      command(connection.in(), services.limits().users());
      return;
    }
    GatheredInput gathered = begun == null ? new GatheredInput(connection.in()) : begun;
    begun = null;
    try {
      command(gathered, services.limits().strangers());
    } catch (GatheredInput.MoreNeeded more) {
      gathered.rewind();
      begun = gathered;
      writer.rest();
      awaitNext();
    }
  }

  private void command(Input from, ReaderLimits limits) {
    ImapReader in = new ImapReader(from, writer, limits, utf8);
    if (in.isBlank()) {
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
      turn(() -> failed(in, bad), new Responder(writer, "*"));
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
      boolean isShort = user == null && !LONG_COMMANDS.contains(name);
      in.mustNotExceed(isShort ? services.limits().strangerLine() : Integer.MAX_VALUE);
      CommandRow<?> row =
          commands.find(name).orElseThrow(() -> new BadCommand("Unknown command " + wanted + "."));
      return run(row, in, out);
    } catch (WireFault | GatheredInput.MoreNeeded | UnfinishedLiteral | SelectionLost ending) {
      throw ending;
    } catch (RuntimeException failure) {
      // Whatever it is: what is left of the command, a literal perhaps, must never be run as one.
      if (out.isLineOpen()) {
        throw failure;
      }
      return failed(in, failure);
    }
  }

  private <S> Completion run(CommandRow<S> row, ImapReader in, Responder out) {
    S state = state(row);
    Authenticated now = user;
    if (now != null && row.endsSelection()) {
      now.closePrevious(out);
    }
    Command<S> command = row.parse().apply(in);
    if (row.sync().before) {
      before(out);
    }
    Completion completion;
    try {
      completion = command.execute(state, out);
    } catch (BadCommand | WireFault | UnfinishedLiteral | SelectionLost lost) {
      throw lost;
    } catch (RuntimeException failure) {
      if (out.isLineOpen()) {
        throw failure;
      }
      completion = failed(in, failure);
    }
    if (row.sync().after && !completion.isLater()) {
      syncAfter(row.sync(), out);
    }
    return completion;
  }

  /** What is left of the command is skipped; then the client hears why. */
  Completion failed(ImapReader in, RuntimeException failure) {
    Completion answer = Failures.completion(failure, connection.id());
    try {
      in.drop();
    } catch (BadCommand tooMuch) {
      return tooMuch.isLast() ? answer.then(Completion.Then.CLOSE) : answer;
    }
    return answer;
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
    if (user != null) {
      connection.deadline(services.limits().stall());
    }
    Completion completion;
    try {
      completion = work.get();
    } catch (WireFault | GatheredInput.MoreNeeded open) {
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
    if (!closing) {
      rest();
    }
  }

  private void answer(Completion completion, Responder out) {
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
      services.tls().get().ifPresent(connection::startTls);
    }
  }

  /** The turn ends: what was said leaves, unless more is said at once. */
  private void rest() {
    if (conversation != null || !connection.in().hasLine()) {
      writer.rest();
    }
    awaitNext();
  }

  /** How long the client may take now. Whoever trickles lines has not for ever to log in. */
  private void awaitNext() {
    ImapLimits limits = services.limits();
    if (user != null) {
      connection.deadline(limits.autologout());
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

  private void close() {
    closing = true;
    leave(); // before the client hears it: who logs out and in again at once is not one too many
    writer.rest();
    connection.close();
  }

  // --- the view ---

  private void before(Responder out) {
    Selected box = selected;
    if (box != null && box.view().isTouched()) {
      sync(box, out, false, false);
    }
  }

  /** Brings the view up to date after a command. */
  void sync(Sync when, Responder out) {
    Selected box = selected;
    if (box != null) {
      Input in = connection.in();
      boolean expunges = when.expunges && (conversation != null || !Pipeline.usesNumbers(in));
      sync(box, out, expunges, when.always);
    }
  }

  /**
   * The same for a command that is done, and stays done whatever is found: whoever did not hear OK
   * would append or copy once more. When the store cannot say now what else has happened, the view
   * asks again later; when the selected mailbox is gone, the session ends after the answer.
   */
  void syncAfter(Sync when, Responder out) {
    try {
      sync(when, out);
    } catch (SelectionLost lost) {
      selectionLost = true;
    } catch (StorageUnavailable | StorageFull later) {
      Failures.notTold(later, connection.id());
    }
  }

  private void sync(Selected box, Responder out, boolean expunges, boolean always) {
    try {
      box.view().sync(out, expunges, always);
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
    if (!services.logins().enter(who.id(), connection.remote().getAddress(), services.limits())) {
      return false;
    }
    account = who;
    user = new Authenticated(this, client, who);
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

  void idle(Responder out) {
    Idling idling = new Idling(this, services, connection, out);
    conversation = idling;
    idling.begin();
  }

  void endConversation() {
    Conversation talk = conversation;
    conversation = null;
    if (talk != null) {
      talk.ended();
      ImapLimits limits = services.limits();
      connection.lineLimit(user == null ? limits.strangerLine() : limits.users().line());
    }
  }

  // --- ends ---

  @Override
  public void timedOut() {
    new Responder(writer, "*")
        .bye(
            "",
            user == null
                ? "Disconnected for inactivity during authentication."
                : "Disconnected for inactivity.");
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
    deselect();
    leave();
  }

  /** Its place among the account's connections is free. */
  private void leave() {
    Account who = account;
    if (who != null) {
      account = null;
      services.logins().leave(who.id(), connection.remote().getAddress());
    }
  }
}
