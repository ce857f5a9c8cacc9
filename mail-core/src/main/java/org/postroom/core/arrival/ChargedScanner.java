package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;
import org.postroom.core.refusal.StorageFull;

/**
 * Finds a mail's structure; what that holds is charged to a budget until this is closed. Whoever
 * looks into mails on a client's or a sender's account does it with this. One thread at a time.
 */
final class ChargedScanner implements AutoCloseable {
  /** What is held is counted in steps, so that not every line changes the budget. */
  private static final int STEP = 512;

  private final StructureScanner scanner = new StructureScanner();
  private final MemoryBudget budget;
  private long charged;

  ChargedScanner(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Takes the next octets.
   *
   * @throws StorageFull when all that is looked into takes too much; it may be tried again
   */
  void update(ByteBuffer octets) {
    scanner.update(octets);
    charge();
  }

  /**
   * The structure, which stays charged.
   *
   * @throws StorageFull as {@link #update}
   */
  MessageStructure finish() {
    MessageStructure found = scanner.finish();
    charge();
    return found;
  }

  private void charge() {
    long held = (scanner.held() / STEP + 1L) * STEP;
    if (held < charged) {
      budget.give(charged - held);
    } else if (!budget.tryTake(held - charged)) {
      throw new StorageFull("too much mail is being looked into at the same time");
    }
    charged = held;
  }

  /** Gives all back. */
  @Override
  public void close() {
    budget.give(charged);
    charged = 0;
  }
}
