package org.postroom.pop3.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.BadCommand;
import org.postroom.pop3.session.Authorization;
import org.postroom.pop3.session.Pop3Command;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;
import org.postroom.pop3.session.Transaction;

/** Every command there is: its verb, the state it needs, its file. */
public final class Pop3Commands {
  public static final List<Row<?>> ALL =
      List.of(
          anytime("CAPA", CapaCommand::execute).that(Pop3Commands::never),
          anytime("QUIT", QuitCommand::execute),
          before("STLS", StlsCommand::execute),
          before("USER", UserCommand::execute).that(Pop3Commands::never),
          before("PASS", PassCommand::execute),
          before("AUTH", AuthCommand::execute),
          before("UTF8", Utf8Command::execute),
          inside("STAT", StatCommand::execute).that(Pop3Commands::never),
          inside("LIST", ListCommand::execute).that(Pop3Commands::forAll),
          inside("UIDL", UidlCommand::execute).that(Pop3Commands::forAll),
          inside("RETR", RetrCommand::execute).that(RetrCommand::waits),
          inside("TOP", TopCommand::execute),
          inside("DELE", DeleCommand::execute).that(Pop3Commands::never),
          inside("RSET", RsetCommand::execute).that(Pop3Commands::never),
          inside("NOOP", NoopCommand::execute).that(Pop3Commands::never));

  private Pop3Commands() {}

  /** The table, by verb. */
  public static Map<String, Row<?>> byVerb() {
    Map<String, Row<?>> rows = new LinkedHashMap<>();
    ALL.forEach(row -> rows.put(row.verb(), row));
    return Map.copyOf(rows);
  }

  /** A command's body, given the state it needs. */
  public interface Body<S extends Pop3State> {
    void execute(Pop3Session session, S state, Arguments arguments);
  }

  /**
   * One command.
   *
   * @param needs the state it can be given in
   * @param waits whether it could wait, or say much
   */
  public record Row<S extends Pop3State>(String verb, Class<S> needs, Body<S> body, Waits<S> waits)
      implements Pop3Command {

    private Row<S> that(Waits<S> other) {
      return new Row<>(verb, needs, body, other);
    }

    @Override
    public boolean waits(Pop3Session session, Arguments arguments) {
      return needs.isInstance(session.state())
          && waits.given(needs.cast(session.state()), arguments);
    }

    @Override
    public void execute(Pop3Session session, Arguments arguments) {
      if (!needs.isInstance(session.state())) {
        throw new BadCommand(needs == Authorization.class ? "Already logged in." : "Log in first.");
      }
      body.execute(session, needs.cast(session.state()), arguments);
      // RFC 1939, 7: PASS follows USER at once, or USER is forgotten.
      if (session.state() instanceof Authorization state
          && state.user().isPresent()
          && needs == Authorization.class
          && !verb.equals("USER")) {
        session.enter(Authorization.START);
      }
    }
  }

  /** Whether a command waits for anything in a state, with such arguments. */
  public interface Waits<S extends Pop3State> {
    boolean given(S state, Arguments arguments);
  }

  private static <S> boolean always(S state, Arguments arguments) {
    return true;
  }

  private static <S> boolean never(S state, Arguments arguments) {
    return false;
  }

  /** What is said of all messages may be long. */
  private static <S> boolean forAll(S state, Arguments arguments) {
    return arguments.isAtEnd();
  }

  private static Row<Pop3State> anytime(String verb, Body<Pop3State> body) {
    return new Row<>(verb, Pop3State.class, body, Pop3Commands::always);
  }

  private static Row<Authorization> before(String verb, Body<Authorization> body) {
    return new Row<>(verb, Authorization.class, body, Pop3Commands::always);
  }

  private static Row<Transaction> inside(String verb, Body<Transaction> body) {
    return new Row<>(verb, Transaction.class, body, Pop3Commands::always);
  }
}
