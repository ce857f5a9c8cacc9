package org.postroom.house;

import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-dist. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("dist", "core", "storage", "smtp", "pop3", "imap", "testkit");
  }
}
