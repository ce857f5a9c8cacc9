package org.postroom.smtp;

import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-smtp. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("smtp", "core");
  }

  @Test
  void doorKnowsCommandKnowsSessionKnowsProtocol() {
    isBelow("smtp.protocol", "smtp", "smtp.server", "smtp.server.command..", "smtp.client");
    isBelow("smtp.client", "smtp", "smtp.server", "smtp.server.command..");
    isBelow("smtp.server", "smtp", "smtp.server.command..", "smtp.client");
    isBelow("smtp.server.command..", "smtp", "smtp.client");
  }
}
