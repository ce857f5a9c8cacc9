package org.postroom.imap.session;

import java.util.Optional;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.session.CommandTable;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.StrangerLimits;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.CommandInput;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.protocol.UnfinishedLiteral;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.ImapState.LoggedIn;
import org.postroom.imap.session.ImapState.Stranger;

/** One client's conversation: command by command, as the table has them. */
public final class ImapSession implements Session {
  /** What a client hears for which there is no place, or no more. */
  public static final String TOO_MANY = "Too many connections.";

  private final CommandTable<Client, ImapRow<?>> commands;
  private final ImapWriter writer;
  private final Client client;
  private final Turns turns;
  private final Reading reading;
  private boolean greeted;

  public ImapSession(
      Services services, CommandTable<Client, ImapRow<?>> commands, Connection connection) {
    this.commands = commands;
    this.writer = new ImapWriter(connection.out());
    this.client = new Client(services, connection, writer, commands);
    this.turns = client.turns();
    this.reading = client.reading();
  }

  @Override
  public void opened() {
    if (!greeted) {
      greeted = true;
      new Responder(writer, "*").ok("CAPABILITY " + client.capabilities(), client.greeting());
    }
    writer.rest();
    turns.awaitNext();
  }

  @Override
  public void ready() {
    Conversation talk = turns.conversation();
    if (talk != null) {
      talk.line();
    } else if (reading.arrive()) {
      command();
    } else {
      turns.awaitNext();
    }
  }

  /**
   * Octets that are asked for are taken on the event loop; everything else may wait for a store.
   */
  @Override
  public boolean readyAtOnce() {
    Conversation talk = turns.conversation();
    if (talk != null) {
      return talk.atOnce();
    }
    if (!reading.takesAtOnce() || reading.arrive()) {
      return false;
    }
    turns.awaitNext();
    return true;
  }

  private void command() {
    try {
      command(reading.command());
    } catch (CommandInput.MoreNeeded more) {
      reading.wantsMore();
      writer.rest();
      turns.awaitNext();
    }
  }

  private void command(ImapReader in) {
    if (in.isBlank()) {
      reading.allRead();
      turns.rest();
      return;
    }
    if (!client.isLoggedIn() && in.isForeign()) {
      // Who means a web server must not find that some of its lines are commands here.
      turns.close();
      return;
    }
    String tag;
    try {
      tag = in.tag();
    } catch (BadCommand bad) {
      Responder out = new Responder(writer, "*");
      turns.turn(() -> reading.failed(in, bad, out, answer -> answer), out);
      return;
    }
    Responder out = new Responder(writer, tag);
    turns.turn(() -> run(in, out), out);
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
      Optional<ImapRow<?>> row = commands.find(name);
      in.mustNotExceed(
          client.isLoggedIn()
              ? Integer.MAX_VALUE
              : mostOfStranger(row.map(ImapRow::length).orElse(ImapRow.Length.USUAL)));
      return run(row.orElseThrow(() -> new BadCommand("Unknown command " + wanted + ".")), in, out);
    } catch (WireFault | CommandInput.MoreNeeded | UnfinishedLiteral | SelectionLost ending) {
      throw ending;
    } catch (RuntimeException failure) {
      // Whatever it is: what is left of the command, a literal perhaps, must never be run as one.
      if (out.isLineOpen()) {
        throw failure;
      }
      return reading.failed(in, failure, out, answer -> answer);
    }
  }

  private static int mostOfStranger(ImapRow.Length length) {
    return switch (length) {
      case USUAL -> Turns.STRANGERS_LINE;
      case TOKEN -> StrangerLimits.LONGEST_LINE;
      case LONG -> Integer.MAX_VALUE;
    };
  }

  private <S extends ImapState> Completion run(ImapRow<S> row, ImapReader in, Responder out) {
    S state = state(row);
    if (row.endsSelection() && client.state() instanceof LoggedIn somebody) {
      somebody.user().closePrevious(out);
    }
    Command<S> command = row.parse().apply(in);
    reading.allRead();
    CommandRun<S> begins = new CommandRun<>(client, turns, row, command, state, in, out);
    turns.runs(begins);
    return begins.begin();
  }

  /** What the session is in, as the command wants it. */
  private <S extends ImapState> S state(ImapRow<S> row) {
    Class<S> wanted = row.state();
    ImapState now = client.state();
    if (wanted == Authenticated.class && now instanceof LoggedIn somebody) {
      return wanted.cast(somebody.user());
    }
    if (wanted.isInstance(now)) {
      return wanted.cast(now);
    }
    if (wanted == Stranger.class) {
      throw new BadCommand("Already logged in.");
    }
    throw new BadCommand(client.isLoggedIn() ? "No mailbox selected." : "Not logged in.");
  }

  @Override
  public void timedOut() {
    turns.timedOut();
  }

  @Override
  public void crowdedOut() {
    turns.lastWords("LIMIT", TOO_MANY);
  }

  @Override
  public void shuttingDown() {
    turns.lastWords("UNAVAILABLE", "Server shutting down.");
  }

  @Override
  public void closed() {
    turns.endConversation();
    reading.allRead();
    client.leave();
  }
}
