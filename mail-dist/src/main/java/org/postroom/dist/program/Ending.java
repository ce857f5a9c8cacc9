package org.postroom.dist.program;

import java.time.Duration;

/** How the run of a program has ended. */
sealed interface Ending {

  /**
   * The program has ended by itself, or by a signal.
   *
   * @param status its exit status; 128 and more where a signal ended it
   * @param output the beginning of what it wrote to its output and its error output
   */
  record Exited(int status, String output) implements Ending {}

  /** Its time was over: it was killed with all that it had started. */
  record OutOfTime(Duration limit) implements Ending {}

  /** It could not be run at all. */
  record NotStarted(String why) implements Ending {}

  /** It was killed, or never begun, because the server ends or nobody waits for it any more. */
  record Stopped() implements Ending {}
}
