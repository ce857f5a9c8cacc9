package org.postroom.core.life;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Where the parts that must not die (event loops, the committer, the queue manager, the store) say
 * that one of them has. The owner of the server is told once, of the first death; all that follow
 * from it are not told. What is to be done is the owner's: a process ends at once, because the
 * journal makes that safe and a half-dead server is not; an embedded server closes itself.
 *
 * <p>From any thread, at a moment when there may be no memory left: nothing is allocated here that
 * can be avoided, and the owner is told on the thread that found out.
 */
public final class Lifeline {
  private final AtomicReference<Death> first = new AtomicReference<>();
  private volatile Consumer<Death> owner = death -> {};

  /**
   * A death.
   *
   * @param part what has died, as an operator calls it ("event loop wire-1", "committer")
   * @param cause of what
   */
  public record Death(String part, Throwable cause) {}

  /**
   * How a server has ended.
   *
   * @param death of which part; empty when its owner has closed it
   */
  public record End(Optional<Death> death) {}

  /** Who is told. Told at once when it has happened before; the last owner counts. */
  public void onDeath(Consumer<Death> owner) {
    this.owner = owner;
    Death before = first.get();
    if (before != null) {
      owner.accept(before);
    }
  }

  /** Says that {@code part} cannot go on. Without effect but for the first. */
  public void died(String part, Throwable cause) {
    Death death = new Death(part, cause);
    if (first.compareAndSet(null, death)) {
      owner.accept(death);
    }
  }

  /**
   * Whether nothing can be relied upon after {@code problem}: there was no memory, or the JVM is
   * broken. A stack that was too deep has done no harm outside of its own call.
   */
  public static boolean isFatal(Throwable problem) {
    return problem instanceof VirtualMachineError && !(problem instanceof StackOverflowError);
  }

  /**
   * For who catches everything: says that {@code part} cannot go on if {@code problem} is fatal.
   * Anything else is the catcher's own affair.
   */
  public void heed(String part, Throwable problem) {
    if (isFatal(problem)) {
      died(part, problem);
    }
  }

  /** What died first; empty while all live. */
  public Optional<Death> death() {
    return Optional.ofNullable(first.get());
  }

  /**
   * For a thread that must not end before {@code isClosing}: whatever it ends by is a death.
   *
   * @param isClosing whether it may end
   */
  public Runnable guarding(String part, BooleanSupplier isClosing, Runnable body) {
    return () -> {
      Throwable cause = null;
      try {
        body.run();
      } catch (RuntimeException | Error e) {
        cause = e;
      }
      if (!isClosing.getAsBoolean()) {
        died(part, cause == null ? new IllegalStateException(part + " ended") : cause);
      }
    };
  }
}
