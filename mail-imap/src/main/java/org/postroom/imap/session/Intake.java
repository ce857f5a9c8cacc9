package org.postroom.imap.session;

import java.nio.ByteBuffer;

/** Takes octets that a command has announced, as they come. */
public interface Intake {

  /** Whether so many octets can be taken without waiting for a disk. */
  boolean takesAtOnce(int octets);

  /** Takes all that remains in {@code octets}. What goes wrong waits until all has come. */
  void take(ByteBuffer octets);

  /** Nothing more will come: the client has gone. */
  void cut();

  /** Keeps nothing. */
  static Intake nothing() {
    return new Intake() {
      @Override
      public boolean takesAtOnce(int octets) {
        return true;
      }

      @Override
      public void take(ByteBuffer octets) {
        octets.position(octets.limit());
      }

      @Override
      public void cut() {}
    };
  }
}
