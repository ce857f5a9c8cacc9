package org.postroom.pop3.command;

import java.util.List;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Offers;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Row;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;
import org.postroom.pop3.session.Pop3State.Authorization;
import org.postroom.pop3.session.Pop3State.Transaction;

/** Every command there is: its verb, the state it needs, its file, and what CAPA says of it. */
public final class Pop3Commands {

  /** TOP and UIDL are told before log-in too, because some clients ask once only. */
  public static final CommandTable<Pop3Session, Pop3Row<?>> ALL =
      new CommandTable<>(
          List.of(
              inside("TOP", TopCommand::execute).advertises(Offers.of("TOP")),
              inside("UIDL", UidlCommand::execute)
                  .that(Pop3Commands::forAll)
                  .advertises(Offers.of("UIDL")),
              anytime("CAPA", CapaCommand::execute)
                  .that(Pop3Commands::never)
                  .advertises(Offers.of("RESP-CODES", "AUTH-RESP-CODE", "PIPELINING")),
              before("STLS", StlsCommand::execute)
                  .advertises(beforeLogIn(Offers.of("STLS")).when(StlsCommand::isThere)),
              before("USER", UserCommand::execute)
                  .that(Pop3Commands::never)
                  .advertises(beforeLogIn(Offers.of("USER")).when(Pop3Session::allowsPassword)),
              before("PASS", PassCommand::execute),
              before("AUTH", AuthCommand::execute).advertises(beforeLogIn(AuthCommand::capability)),
              before("UTF8", Utf8Command::execute).advertises(beforeLogIn(Offers.of("UTF8 USER"))),
              inside("STAT", StatCommand::execute).that(Pop3Commands::never),
              inside("LIST", ListCommand::execute).that(Pop3Commands::forAll),
              inside("RETR", RetrCommand::execute).that(RetrCommand::waits),
              inside("DELE", DeleCommand::execute)
                  .that(Pop3Commands::never)
                  .advertises(
                      Offers.<Pop3Session>of("EXPIRE NEVER")
                          .when(session -> session.state() instanceof Transaction)),
              inside("RSET", RsetCommand::execute).that(Pop3Commands::never),
              inside("NOOP", NoopCommand::execute).that(Pop3Commands::never),
              anytime("LANG", LangCommand::execute)
                  .that(Pop3Commands::never)
                  .advertises(Offers.of("LANG")),
              anytime("QUIT", QuitCommand::execute)));

  private Pop3Commands() {}

  private static Offers<Pop3Session> beforeLogIn(Offers<Pop3Session> offers) {
    return offers.when(session -> session.state() instanceof Authorization);
  }

  private static <S> boolean never(S state, Arguments arguments) {
    return false;
  }

  /** What is said of all messages may be long. */
  private static <S> boolean forAll(S state, Arguments arguments) {
    return arguments.isAtEnd();
  }

  private static Pop3Row<Pop3State> anytime(String verb, Pop3Row.Body<Pop3State> body) {
    return Pop3Row.of(verb, Pop3State.class, body);
  }

  private static Pop3Row<Authorization> before(String verb, Pop3Row.Body<Authorization> body) {
    return Pop3Row.of(verb, Authorization.class, body);
  }

  private static Pop3Row<Transaction> inside(String verb, Pop3Row.Body<Transaction> body) {
    return Pop3Row.of(verb, Transaction.class, body);
  }
}
