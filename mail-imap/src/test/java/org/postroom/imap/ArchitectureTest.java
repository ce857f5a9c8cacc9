package org.postroom.imap;

import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-imap. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("imap", "core");
  }

  @Test
  void doorKnowsCommandKnowsSessionKnowsProtocol() {
    isBelow("imap.protocol", "imap", "imap.param", "imap.session", "imap.command..");
    isBelow("imap.param", "imap", "imap.protocol", "imap.session", "imap.command..");
    isBelow("imap.session", "imap", "imap.command..");
    isBelow("imap.command..", "imap");
  }
}
