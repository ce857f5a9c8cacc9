package org.postroom.pop3;

import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-pop3. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("pop3", "core");
  }

  @Test
  void doorKnowsCommandKnowsSessionKnowsProtocol() {
    isBelow("pop3.protocol", "pop3", "pop3.param", "pop3.session", "pop3.command..");
    isBelow("pop3.param", "pop3", "pop3.protocol", "pop3.session", "pop3.command..");
    isBelow("pop3.session", "pop3", "pop3.command..");
    isBelow("pop3.command..", "pop3");
  }
}
