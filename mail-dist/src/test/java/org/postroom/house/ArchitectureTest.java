package org.postroom.house;

import java.util.Set;
import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-dist. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("dist", "core", "storage", "smtp", "pop3", "imap", "testkit");
  }

  /**
   * The one has a row for each command, to be cut where commands themselves need not know it; the
   * other both finds and takes in what a job fetches, to be cut in two.
   */
  @Override
  protected Set<String> knowVeryMany() {
    return Set.of("dist.applet.Postroom", "dist.fetch.FetchRound");
  }
}
