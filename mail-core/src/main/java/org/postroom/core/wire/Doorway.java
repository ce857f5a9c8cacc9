package org.postroom.core.wire;

/** What a connection has at the door it came in by. From any thread, under any lock. */
interface Doorway {

  /** That of a connection of ours: nobody else wants to be there. */
  record Ours(ConnectOptions options) implements Doorway {
    @Override
    public String name() {
      return "";
    }

    @Override
    public boolean isCrowded() {
      return false;
    }

    @Override
    public void leave() {}

    @Override
    public void noTls(Connection connection, String reason) {
      options.tls().ifPresent(first -> first.failed().accept(reason));
    }
  }

  /** The listener's; empty where it is nobody's door. */
  String name();

  /** Whether most of what there is for clients is taken. */
  boolean isCrowded();

  /** Its place is free for others from now on. Safe to repeat. */
  void leave();

  /** Its handshake has failed. On the event loop, under no lock. */
  void noTls(Connection connection, String reason);
}
