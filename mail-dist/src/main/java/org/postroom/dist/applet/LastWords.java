package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.dist.log.ServerLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the process ends when something has died that the server cannot be without: at once, with a
 * line that says why and an exit status by which whoever started it starts it again. The store
 * needs no closing: it opens again as it was last promised, and a server that is half dead would go
 * on promising.
 *
 * <p>An ordinary lack of heap does not come here: {@code -XX:+ExitOnOutOfMemoryError} ends the
 * process with the JVM's own line and status 3.
 */
final class LastWords {
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);

  /** EX_SOFTWARE. */
  static final int STATUS = 70;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** For a process without the memory that a line takes. */
  private static final byte[] READY =
      "\npostroom: ERROR: a part has died, the process ends: no memory is left to say which\n"
          .getBytes(US_ASCII);

  private static final OutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);

  private LastWords() {}

  /** The lifeline of the process, which its threads hang on too; {@code err} takes the line. */
  static Lifeline lifeline(PrintWriter err) {
    Lifeline lifeline = new Lifeline();
    // Made in time: when it is needed there may be no memory left for a thread.
    CountDownLatch dying = new CountDownLatch(1);
    Thread end = new Thread(() -> endUnheard(dying), "postroom-end");
    end.setDaemon(true);
    end.start();
    lifeline.onDeath(
        death -> {
          dying.countDown();
          end(err, death);
        });
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, cause) -> {
          if (isDeath(thread.getName(), cause)) {
            lifeline.died("thread " + thread.getName(), cause);
          } else {
            LOG.error("thread {} failed", thread.getName(), cause);
          }
        });
    return lifeline;
  }

  /**
   * Whether the JVM cannot be relied upon any more. A stack that overflowed says something about
   * one task only.
   */
  static boolean isDeath(String thread, Throwable cause) {
    return Lifeline.isFatal(cause) || thread.equals(ServerLog.THREAD);
  }

  // The log is written by another thread, and may be what has died: this line is not left to it.
  private static void end(PrintWriter err, Lifeline.Death death) {
    boolean isSaid = false;
    try {
      err.println(
          "postroom: ERROR: " + death.part() + " has died, the process ends: " + death.cause());
      err.flush();
      isSaid = true;
    } finally {
      end(isSaid);
    }
  }

  /** Where nobody takes the line, such as a pipe that is full, it is not waited for longer. */
  private static void endUnheard(CountDownLatch dying) {
    Uninterrupted.await(dying::await);
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (long left = PATIENCE.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    Runtime.getRuntime().halt(STATUS);
  }

  private static void end(boolean isSaid) {
    try {
      if (!isSaid) {
        STANDARD_ERROR.write(READY);
      }
    } catch (IOException e) {
      // Nobody hears it.
    } finally {
      Runtime.getRuntime().halt(STATUS);
    }
  }
}
