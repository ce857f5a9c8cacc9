package org.postroom.core;

import org.postroom.core.testing.HouseRules;

/** The rules of the house in mail-core. */
final class ArchitectureTest extends HouseRules {
  ArchitectureTest() {
    super("core");
  }
}
