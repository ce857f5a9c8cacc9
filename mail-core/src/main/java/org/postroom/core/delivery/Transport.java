package org.postroom.core.delivery;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;

/**
 * Takes mail further: over SMTP, LMTP, into a program, or to an application's own code. Whatever a
 * transport does (throws, forgets a recipient, never answers), each attempt has an end: what it
 * does not say is taken for "not now".
 */
public interface Transport {

  /**
   * Makes one attempt for all recipients of {@code mail}. Returns at once; no thread is held while
   * the far side is waited for.
   *
   * @param nextHop where to, as the route says: {@code example.org}, {@code [mx.example.org]:2525}
   * @return one report for each recipient. When the time for the attempt is over the future is
   *     cancelled: nobody listens any more, and what is under way is to be cut off
   */
  CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop);

  /**
   * By which hosts mail for a recipient would go to a next hop, in the order to try them, and how
   * safely: a line each, for people. Nobody is gone to. What has to be looked up is waited for
   * elsewhere.
   *
   * @return empty where there is nothing to say; never completes exceptionally
   */
  default CompletionStage<List<String>> hosts(String nextHop, Address recipient) {
    return CompletableFuture.completedStage(List.of());
  }

  /** What one attempt came to for one recipient. */
  record Report(QueuedRecipient recipient, DeliveryResult result) {

    /** The same for all recipients of a mail. */
    public static List<Report> all(QueuedMail mail, DeliveryResult result) {
      return mail.recipients().stream().map(recipient -> new Report(recipient, result)).toList();
    }
  }
}
