package org.postroom.smtp.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.session.CommandTable;
import org.postroom.core.session.Offers;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpRow;
import org.postroom.smtp.server.SmtpRow.Trait;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;
import org.postroom.smtp.server.Transaction;

/** All commands of the SMTP and the LMTP server, and the extensions that are there with them. */
public final class SmtpCommands {
  static final SmtpReply NEED_MAIL = SmtpReply.of(503, "5.5.1", "Error: need MAIL command");

  public static final CommandTable<SmtpSession, SmtpRow<?>> ALL =
      new CommandTable<>(
          List.of(
              extended("EHLO", HelloCommand::parseEhlo),
              hello("HELO", HelloCommand::parseHelo),
              SmtpRow.of("STARTTLS", "STARTTLS", StarttlsCommand::parse)
                  .with(Trait.SYNCHRONIZES)
                  .with(Trait.WITHOUT_TLS)
                  .advertises(Offers.<SmtpSession>of("STARTTLS").when(StarttlsCommand::isThere)),
              SmtpRow.of("AUTH", "AUTH mechanism [initial-response]", AuthCommand::parse)
                  .advertises(AuthCommand::capability),
              idle(
                      "MAIL",
                      "MAIL FROM:<address> [parameters]",
                      "Error: nested MAIL command",
                      MailCommand::parse)
                  .advertises(SmtpCommands::ofMail),
              inMail("RCPT", "RCPT TO:<address> [parameters]", RcptCommand::parse)
                  .advertises(Offers.of("DSN")),
              inMail("DATA", "DATA", DataCommand::parse).with(Trait.SYNCHRONIZES),
              // In any state, and without TLS where that is a must: its octets have to be swallowed
              // all the same.
              SmtpRow.of("BDAT", "BDAT octets [LAST]", BdatCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.WHEN_DENIED)
                  .advertises(Offers.of("CHUNKING")),
              SmtpRow.of("RSET", "RSET", RsetCommand::parse).with(Trait.JUNK),
              SmtpRow.of("VRFY", "VRFY address [SMTPUTF8]", VrfyCommand::parse)
                  .with(Trait.JUNK)
                  .advertises(
                      Offers.<SmtpSession>of("VRFY")
                          .when(session -> !session.settings().get(SmtpParams.DISABLE_VRFY))),
              SmtpRow.in(
                      SmtpState.Idle.class,
                      SmtpReply.of(503, "", "Error: MAIL transaction in progress"),
                      "ETRN",
                      "ETRN domain",
                      EtrnCommand::parse)
                  .with(Trait.JUNK),
              SmtpRow.of("NOOP", "NOOP [anything]", NoopCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.JUNK),
              SmtpRow.of("HELP", "HELP", HelpCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.JUNK),
              SmtpRow.of("QUIT", "QUIT", QuitCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.WHEN_DENIED)));

  /** The same with LHLO in the place of EHLO and HELO, and without log-ins (RFC 2033, 4.1). */
  public static final CommandTable<SmtpSession, SmtpRow<?>> LMTP =
      new CommandTable<>(
          Stream.<SmtpRow<?>>concat(
                  Stream.of(extended("LHLO", HelloCommand::parseLhlo)),
                  ALL.rows().stream()
                      .filter(row -> !List.of("EHLO", "HELO", "AUTH", "ETRN").contains(row.name())))
              .toList());

  private SmtpCommands() {}

  private static SmtpRow<SmtpState> hello(String name, Command.Parser<SmtpState> parser) {
    return SmtpRow.of(name, name + " hostname", parser)
        .with(Trait.SYNCHRONIZES)
        .with(Trait.WITHOUT_TLS)
        .with(Trait.JUNK);
  }

  private static SmtpRow<SmtpState> extended(String name, Command.Parser<SmtpState> parser) {
    return hello(name, parser).advertises(Offers.of("PIPELINING", "ENHANCEDSTATUSCODES"));
  }

  private static SmtpRow<SmtpState.Idle> idle(
      String name, String form, String otherwise, Command.Parser<SmtpState.Idle> parser) {
    return SmtpRow.in(
        SmtpState.Idle.class, SmtpReply.of(503, "5.5.1", otherwise), name, form, parser);
  }

  private static SmtpRow<Transaction> inMail(
      String name, String form, Command.Parser<Transaction> parser) {
    return SmtpRow.in(Transaction.class, NEED_MAIL, name, form, parser);
  }

  /** REQUIRETLS is for clients under TLS alone (RFC 8689, 3). */
  private static List<String> ofMail(SmtpSession session) {
    long size = session.settings().get(FlowParams.MESSAGE_SIZE);
    List<String> all =
        new ArrayList<>(List.of(size > 0 ? "SIZE " + size : "SIZE", "8BITMIME", "SMTPUTF8"));
    if (session.connection().tls().isPresent() && session.settings().get(FlowParams.REQUIRETLS)) {
      all.add("REQUIRETLS");
    }
    if (!session.listening().isLmtp()
        && session
            .services()
            .mayAskForVerp(session.connection().remote().getAddress(), session::knownName)) {
      all.add("XVERP");
    }
    return all;
  }
}
