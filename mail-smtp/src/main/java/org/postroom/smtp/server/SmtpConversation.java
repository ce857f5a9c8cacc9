package org.postroom.smtp.server;

import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Dialogue;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.DeadlineExceeded;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Session;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.SmtpSession.Hangup;

/**
 * One client's conversation in its turns: reads command lines, runs the commands of its table,
 * collects the answers and sends them when nothing more is there to read (RFC 2920).
 */
public final class SmtpConversation implements Session, Dialogue.Speaker {
  // A client that pipelines without end must not keep a worker for itself.
  private static final int COMMANDS_A_TURN = 100;

  private final Connection connection;
  private final Listening listening;
  private final Settings settings;
  private final Services services;
  private final CommandTable<SmtpSession, SmtpRow<?>> commands;
  private final Dialogue dialogue;
  private final SmtpSession session;
  private boolean counted;
  private boolean shaken;
  private boolean denied;

  public SmtpConversation(
      Connection connection, Listening listening, CommandTable<SmtpSession, SmtpRow<?>> commands) {
    this.connection = connection;
    this.listening = listening;
    this.settings = listening.settings();
    this.services = listening.services();
    this.commands = commands;
    this.dialogue = new Dialogue(connection, settings.get(SmtpParams.SASL_RESPONSE), this);
    this.session = new SmtpSession(connection, listening, commands, dialogue);
  }

  @Override
  public void opened() {
    connection.deadline(settings.get(SmtpParams.TIMEOUT));
    services.log().connected(session.id(), session.client());
    counted = true;
    noteHandshake();
    if (session.overLimit(ClientLimits.Event.CONNECTION, SmtpParams.CLIENT_CONNECTION_RATE)) {
      session.end(
          421, "4.7.0", "Error: too many connections from " + session.address().getHostAddress());
      return;
    }
    Judging judging = session.judging();
    if (judging.isConcernedAt(Moment.CONNECT)) {
      session.inquire(new Notes(), judging::client, this::admit, this::cannotAdmit);
    } else {
      welcome();
    }
  }

  /** Nobody comes in by a fault of ours. */
  private void cannotAdmit(RuntimeException e) {
    services.log().fault(session.id(), "CONNECT", e);
    session.end(421, "4.3.0", services.hostname() + " Error: not ready, try again later");
  }

  private void welcome() {
    String banner =
        listening.isLmtp() ? services.hostname() + " LMTP ready" : settings.get(SmtpParams.BANNER);
    session.replyNow(SmtpReply.of(220, "", banner));
  }

  /** A client that may not be here hears so instead of a welcome. */
  private void admit(Decision decision) {
    denied = !decision.isPermitted();
    if (session.passes(decision, Optional.empty())) {
      session.judging().connected(decision);
      welcome();
    } else {
      connection.out().flush();
    }
  }

  /** Once it is over, where somebody wants to know of it. */
  private void noteHandshake() {
    if (!shaken && connection.tls().isPresent()) {
      shaken = true;
      listening.noteHandshake(connection, session.client());
    }
  }

  @Override
  public void ready() {
    if (isSlowed() && !dialogue.isEnded()) {
      connection.hold(settings.get(SmtpParams.ERROR_SLEEP));
      connection.execute(this::turn);
    } else {
      turn();
    }
  }

  /** Whether the client has made so many errors that it has to wait for each answer. */
  private boolean isSlowed() {
    return !dialogue.isReceiving() && dialogue.errors() >= settings.get(SmtpParams.SOFT_ERRORS);
  }

  private boolean isHopeless() {
    return !dialogue.isReceiving() && dialogue.errors() >= settings.get(SmtpParams.HARD_ERRORS);
  }

  @Override
  public boolean readyAtOnce() {
    return !dialogue.isEnded() && !isSlowed() && !isHopeless() && dialogue.atOnce();
  }

  private void turn() {
    try {
      int commandsDone = 0;
      do {
        if (isHopeless()) {
          session.breakOff(
              "too many errors",
              SmtpReply.of(421, "4.7.0", services.hostname() + " Error: too many errors"));
          return;
        }
        dialogue.next();
        commandsDone++;
      } while (dialogue.hasNext()
          && !isSlowed()
          && !connection.isStopping()
          && commandsDone < COMMANDS_A_TURN);
      if (!dialogue.isEnded()) {
        connection.out().flush();
      }
    } catch (DeadlineExceeded e) {
      timedOut();
    }
  }

  @Override
  public void timedOut() {
    session.breakOff(
        "timeout", SmtpReply.of(421, "4.4.2", services.hostname() + " Error: timeout exceeded"));
  }

  @Override
  public void crowdedOut() {
    session.breakOff("too many connections", SmtpSession.tooMany(services.hostname()));
  }

  @Override
  public void shuttingDown() {
    session.reset();
    session.end(421, "4.3.2", services.hostname() + " Service is going down, try again later");
  }

  @Override
  public void closed() {
    services.logIns().left(connection);
    noteHandshake();
    String why = dialogue.isEnded() ? "" : "lost connection";
    if (!dialogue.isEnded()) {
      services.log().brokenOff(session.id(), session.client(), why, session.stage());
      dialogue.gone();
    }
    session.reset();
    session.over(why);
    if (counted) {
      counted = false;
      services.log().disconnected(session.id(), session.client(), session.summary());
    }
  }

  /** Runs the command in a line, when it may be given now. */
  @Override
  public void command(Line line) {
    noteHandshake();
    session.mindLineEnd(line.end() == Line.End.LF);
    session.heard(line::latin1);
    String text = CommandText.of(line, settings.get(SmtpParams.LINE_LENGTH));
    SmtpReader in = new SmtpReader(text, listening.pathSyntax());
    String verb = in.verb();
    SmtpRow<?> row = commands.find(verb).orElseThrow(() -> unknown(text));
    session.given(verb, verb);
    mindHaste(row);
    if (denied && !row.has(SmtpRow.Trait.WHEN_DENIED)) {
      throw new BadCommand(503, "5.7.0", "Error: access denied for " + session.client());
    }
    if (row.has(SmtpRow.Trait.JUNK)
        && session.givenJunk() > settings.get(SmtpParams.JUNK_COMMANDS)) {
      dialogue.erred();
    }
    if (!row.has(SmtpRow.Trait.WITHOUT_TLS)
        && listening.demandsTls()
        && connection.tls().isEmpty()) {
      throw new BadCommand(530, "5.7.0", "Must issue a STARTTLS command first");
    }
    row.run(in, session.dialect(), session);
  }

  /** Whether the client went on before an answer that it must wait for (RFC 2920, 3.1). */
  private void mindHaste(SmtpRow<?> row) {
    boolean waits = row.has(SmtpRow.Trait.SYNCHRONIZES);
    boolean alwaysWaits = session.greeting().isPresent() && !session.greeting().get().extended();
    if ((waits || alwaysWaits) && !connection.in().isEmpty()) {
      session.wasHasty();
      if (waits && settings.get(SmtpParams.FORBID_PIPELINING)) {
        services
            .log()
            .brokenOff(
                session.id(), session.client(), "improper command pipelining", session.stage());
        throw new Hangup(554, "5.5.0", "Error: SMTP protocol synchronization");
      }
    }
  }

  private RuntimeException unknown(String text) {
    if (listening.forbidden().matches(text)) {
      services.log().suspicious(session.id(), session.client(), "non-SMTP command", text);
      return new Hangup(221, "2.7.0", "Error: I can break rules, too. Goodbye.");
    }
    session.given("UNKNOWN", "unknown");
    return new BadCommand(500, "5.5.2", "Error: command not recognized; HELP lists those that are");
  }

  /** The one place where what a command throws becomes a reply. */
  @Override
  public void failed(RuntimeException failure) {
    if (failure instanceof BadCommand bad) {
      session.reply(bad.reply());
    } else if (failure instanceof Hangup hangup) {
      session.end(hangup.reply());
    } else if (failure instanceof StorageFull) {
      storageFailed(failure);
      session.reply(452, "4.3.1", "Insufficient system storage");
    } else if (failure instanceof StorageUnavailable) {
      storageFailed(failure);
      session.reply(451, "4.3.0", "Error: storage is not available now");
    } else {
      // Our fault is never the client's 5xx; the session goes on from a clean state.
      services.log().fault(session.id(), session.stage(), failure);
      session.reset();
      session.reply(451, "4.3.0", "Error: internal error, see the log for " + session.id());
    }
  }

  /** Content that was whole by then is not kept for another try. */
  private void storageFailed(RuntimeException failure) {
    services.log().fault(session.id(), session.stage(), failure);
    if (!dialogue.isReceiving()
        && session.transaction().filter(Transaction::isReceiving).isPresent()) {
      session.reset();
    }
  }

  @Override
  public void cannotTake(RuntimeException failure) {
    session.endForContent(failure);
  }
}
