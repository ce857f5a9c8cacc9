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
          anytime("CAPA", CapaCommand::execute),
          anytime("QUIT", QuitCommand::execute),
          before("STLS", StlsCommand::execute),
          before("USER", UserCommand::execute),
          before("PASS", PassCommand::execute),
          before("AUTH", AuthCommand::execute),
          before("UTF8", Utf8Command::execute),
          inside("STAT", StatCommand::execute),
          inside("LIST", ListCommand::execute),
          inside("UIDL", UidlCommand::execute),
          inside("RETR", RetrCommand::execute),
          inside("TOP", TopCommand::execute),
          inside("DELE", DeleCommand::execute),
          inside("RSET", RsetCommand::execute),
          inside("NOOP", NoopCommand::execute));

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
   */
  public record Row<S extends Pop3State>(String verb, Class<S> needs, Body<S> body)
      implements Pop3Command {

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

  private static Row<Pop3State> anytime(String verb, Body<Pop3State> body) {
    return new Row<>(verb, Pop3State.class, body);
  }

  private static Row<Authorization> before(String verb, Body<Authorization> body) {
    return new Row<>(verb, Authorization.class, body);
  }

  private static Row<Transaction> inside(String verb, Body<Transaction> body) {
    return new Row<>(verb, Transaction.class, body);
  }
}
