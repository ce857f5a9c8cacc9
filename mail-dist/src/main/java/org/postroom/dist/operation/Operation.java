package org.postroom.dist.operation;

import java.io.UncheckedIOException;
import java.util.List;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.KeptElsewhere;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.OperationRefused.Kind;
import org.postroom.storage.StorageFault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that a server can be asked to do. Questions and answers are records of texts, numbers,
 * flags, lists, optional values, secrets and other records: what can be written as JSON. A question
 * may also have one {@code InputStream}, whose octets follow it; it is read once.
 *
 * @param name what requests call it, such as {@code user-add}
 * @param question what it is asked with
 * @param answer what it says
 * @param work does it
 */
public record Operation<Q extends Record, A extends Record>(
    String name, Class<Q> question, Class<A> answer, Work<Q, A> work) {
  private static final Logger LOG = LoggerFactory.getLogger(Operation.class);

  /** Does what is asked for. */
  public interface Work<Q, A> {
    A of(Desk desk, Q question);
  }

  /** A question without content. */
  public record Nothing() {}

  /**
   * Does it.
   *
   * @throws OperationRefused when it cannot be done, with reasons for people
   * @throws StorageFault when there is only a store, and it cannot be opened
   */
  public A perform(Desk desk, Q asked) {
    try {
      return work.of(desk, asked);
    } catch (OperationRefused | StorageFault e) {
      throw e;
    } catch (BadConfiguration e) {
      throw new OperationRefused(
          Kind.CONFIGURATION, e.faults().stream().map(Fault::toString).toList());
    } catch (WireFault
        | StorageUnavailable
        | StorageFull
        | LookupUnavailable
        | UncheckedIOException e) {
      throw new OperationRefused(Kind.UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (AccountExists | AccountNotFound | KeptElsewhere | IllegalArgumentException e) {
      throw new OperationRefused(Kind.REQUEST, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("{} failed", name, e);
      throw new OperationRefused(Kind.INTERNAL, List.of(name + " failed: " + e));
    }
  }
}
