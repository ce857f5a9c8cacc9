package org.postroom.core.session;

import java.net.InetAddress;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.log.MailLog;

/**
 * Who logs in, as far as a {@link LogIn} must know it: the client of a connection, as a rule, or
 * one that another server speaks for.
 */
public interface LoginClient {

  /** Where it is: attempts are counted by that. */
  InetAddress address();

  /** As log lines name it. */
  MailLog.Caller caller();

  /** Whether its attempts are counted, and wait for those before them that have failed. */
  default boolean isCounted() {
    return true;
  }

  /** An attempt is under way: nothing of it is read until {@link #resume}. */
  void suspend();

  /** What an attempt has come to, as the next turn of its session. From any thread. */
  void resume(Runnable turn);

  /** Whether nobody waits for the answer any more. From any thread. */
  boolean hasLeft();

  /** Whether it has ended its side: it has left, or waits for the answer. From any thread. */
  boolean mayHaveLeft();

  /** Nobody will say what the attempt has come to: the house is closed. From any thread. */
  void drop();

  /** It has shown an app password, and is let in for as long as that is good. */
  void shown(AppPassword app);
}
