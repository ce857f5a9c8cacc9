package org.postroom.core.testing.imap;

import org.postroom.core.transcript.Peer;

/** IMAP clients behind the log-in. */
public final class LoggedIn {
  private LoggedIn() {}

  /** The client, once it has taken the greeting and logged in as {@code ada}. */
  public static <P extends Peer> P ada(P peer) {
    String greeting = peer.readLine();
    peer.send("login LOGIN ada pw\r\n");
    String answer = peer.readLine();
    if (answer == null || !answer.startsWith("login OK")) {
      throw new AssertionError(greeting + "\n" + answer);
    }
    return peer;
  }
}
