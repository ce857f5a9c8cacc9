package org.postroom.smtp.server.command;

import java.util.List;
import org.postroom.smtp.server.CommandTable;
import org.postroom.smtp.server.Row;
import org.postroom.smtp.server.Row.Trait;

/** All commands of the SMTP server. */
public final class SmtpCommands {
  public static final CommandTable ALL =
      new CommandTable(
          List.of(
              Row.of("EHLO", "EHLO hostname", HelloCommand::parseEhlo)
                  .with(Trait.SYNCHRONIZES)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.JUNK),
              Row.of("HELO", "HELO hostname", HelloCommand::parseHelo)
                  .with(Trait.SYNCHRONIZES)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.JUNK),
              Row.of("STARTTLS", "STARTTLS", StarttlsCommand::parse)
                  .with(Trait.SYNCHRONIZES)
                  .with(Trait.WITHOUT_TLS),
              Row.of("AUTH", "AUTH mechanism [initial-response]", AuthCommand::parse),
              Row.of("MAIL", "MAIL FROM:<address> [parameters]", MailCommand::parse),
              Row.of("RCPT", "RCPT TO:<address> [parameters]", RcptCommand::parse),
              Row.of("DATA", "DATA", DataCommand::parse).with(Trait.SYNCHRONIZES),
              // Without TLS where that is a must: its octets have to be swallowed all the same.
              Row.of("BDAT", "BDAT octets [LAST]", BdatCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.WHEN_DENIED),
              Row.of("RSET", "RSET", RsetCommand::parse).with(Trait.JUNK),
              Row.of("VRFY", "VRFY address [SMTPUTF8]", VrfyCommand::parse).with(Trait.JUNK),
              Row.of("ETRN", "ETRN domain", EtrnCommand::parse).with(Trait.JUNK),
              Row.of("NOOP", "NOOP [anything]", NoopCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.JUNK),
              Row.of("HELP", "HELP", HelpCommand::parse).with(Trait.WITHOUT_TLS).with(Trait.JUNK),
              Row.of("QUIT", "QUIT", QuitCommand::parse)
                  .with(Trait.WITHOUT_TLS)
                  .with(Trait.WHEN_DENIED)));

  private SmtpCommands() {}
}
