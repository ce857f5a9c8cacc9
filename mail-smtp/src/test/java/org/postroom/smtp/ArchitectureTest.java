package org.postroom.smtp;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-smtp. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("smtp", "core");
  }

  /** The session holds turns, dialogue, transaction, content, TLS and log: for the session kit. */
  @Override
  protected Set<String> knowVeryMany() {
    return Set.of("smtp.server.SmtpSession");
  }

  /** Commands know the session and it knows them: for the session kit. */
  @Override
  protected Set<String> areInCircles() {
    return Set.of(
        "smtp.server.ClientName",
        "smtp.server.Command",
        "smtp.server.CommandTable",
        "smtp.server.Judging",
        "smtp.server.Listening",
        "smtp.server.Reception",
        "smtp.server.Row",
        "smtp.server.SmtpSession",
        "smtp.server.Transaction");
  }

  @Test
  void doorKnowsCommandKnowsSessionKnowsProtocol() {
    isBelow("smtp.protocol", "smtp", "smtp.server", "smtp.server.command..", "smtp.client");
    isBelow("smtp.client", "smtp", "smtp.server", "smtp.server.command..");
    isBelow("smtp.server", "smtp", "smtp.server.command..", "smtp.client");
    isBelow("smtp.server.command..", "smtp", "smtp.client");
  }
}
