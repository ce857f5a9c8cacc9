package org.postroom.imap;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-imap. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("imap", "core");
  }

  /** The session: for the session kit. The other is the list of all commands, and nothing else. */
  @Override
  protected Set<String> knowVeryMany() {
    return Set.of("imap.session.ImapSession", "imap.command.ImapCommands");
  }

  /** Commands know the session and it knows them: for the session kit. */
  @Override
  protected Set<String> areInCircles() {
    return Set.of(
        "imap.session.Asking",
        "imap.session.Authenticated",
        "imap.session.Capabilities",
        "imap.session.Client",
        "imap.session.CommandRun",
        "imap.session.Idling",
        "imap.session.ImapSession",
        "imap.session.Receiving",
        "imap.session.Selected",
        "imap.session.Stranger");
  }

  @Test
  void doorKnowsCommandKnowsSessionKnowsProtocol() {
    isBelow("imap.protocol", "imap", "imap.session", "imap.command..");
    isBelow("imap.session", "imap", "imap.command..");
    isBelow("imap.command..", "imap");
  }
}
