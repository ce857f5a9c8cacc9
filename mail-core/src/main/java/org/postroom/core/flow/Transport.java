package org.postroom.core.flow;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.postroom.core.queue.QueuedMail;
import org.postroom.core.queue.QueuedMail.QueuedRecipient;

/** Takes mail further: over SMTP, LMTP, into a program, or to an application's own code. */
public interface Transport {

  /**
   * Makes one attempt for all recipients of {@code mail}. Returns at once; no thread is held while
   * the far side is waited for.
   *
   * @param nextHop where to, as the route says: {@code example.org}, {@code [mx.example.org]:2525}
   * @return one report for each recipient; never completes exceptionally
   */
  CompletionStage<List<Report>> deliver(QueuedMail mail, String nextHop);

  /** What one attempt came to for one recipient. */
  record Report(QueuedRecipient recipient, DeliveryResult result) {}
}
