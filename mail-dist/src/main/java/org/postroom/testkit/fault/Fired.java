package org.postroom.testkit.fault;

import java.time.Instant;

/**
 * A fault that has happened.
 *
 * @param session as log lines have it; empty where there was none
 * @param command as the client said it, without passwords; what was asked for where there was none
 * @param time by the server's clock
 */
public record Fired(Fault fault, String session, String command, Instant time) {

  @Override
  public String toString() {
    return fault + " (at " + command + ")";
  }
}
