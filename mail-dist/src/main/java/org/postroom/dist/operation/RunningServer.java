package org.postroom.dist.operation;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.part.DryRun;
import org.postroom.core.queue.Watches;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.submit.Submitted;

/** A server, as operations see it. */
public interface RunningServer {

  /** See {@code MailServer.reload}. */
  Reloaded reload();

  /** What it is and does now. */
  Status status();

  /**
   * The whole address that somebody has written here, perhaps without a domain.
   *
   * @throws org.postroom.core.address.MalformedAddress if it is none
   */
  Address address(String written);

  /**
   * Takes a mail from a user of this machine; who cannot have it is reported to its sender.
   *
   * @param name under which he may hand it in again, where he has said one
   * @param named hears what it is called, before it is anywhere
   * @throws OperationRefused when he may not hand in mail
   */
  Submitted submit(
      Envelope envelope, Optional<String> name, InputStream content, Consumer<QueueId> named);

  /** Whether the one who asks has handed in a mail under that name before, and it was taken. */
  boolean isTaken(String name);

  /** Who watches mail while it is tried. */
  Watches watches();

  /** See {@code MailFlow.requeue}. */
  Optional<QueueId> requeue(QueuedMail mail);

  /** See {@code QueueManager.revive}. */
  void revive(Collection<String> destinations);

  /** See {@code QueueManager.isLeftAlone}. */
  boolean isLeftAlone(String destination);

  /** Whether mail for a domain may be asked for: {@code fast_flush_domains}. */
  boolean isFlushed(Domain domain);

  /**
   * What it would do with a mail.
   *
   * @param service the listener's name
   * @throws OperationRefused when nothing listens so, or takes no mail
   */
  DryRun explain(String service, DryRun.Asked asked);

  /**
   * By which hosts mail would leave, and how safely; see {@code MailFlow.hosts}. Waits for what has
   * to be looked up.
   */
  List<String> hosts(String transport, String nextHop, Address recipient);

  /**
   * What mail for an address would come to that is handed in on this machine.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  Prospect prospect(Address recipient);

  /**
   * What it has decided about a mail, or in a session, as far as it is still known.
   *
   * @param id as the log has it
   */
  List<RecentDecisions.Entry> decisions(String id);

  /**
   * The part at work that has some operations of its own, or what all parts share.
   *
   * @param kind what those ask it by
   * @throws OperationRefused when there is none
   */
  <S> S service(Class<S> kind);

  /**
   * The faults that it makes for tests.
   *
   * @throws OperationRefused when it is no fixture
   */
  FaultRules faults();
}
