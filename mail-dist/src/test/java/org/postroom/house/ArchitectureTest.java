package org.postroom.house;

import java.util.Set;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-dist. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("dist", "core", "storage", "smtp", "pop3", "imap", "testkit");
  }

  /** It has a row for each command; to be cut where the commands themselves need not know it. */
  @Override
  protected Set<String> knowVeryMany() {
    return Set.of("dist.applet.Postroom");
  }
}
