package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.arrival.Submission;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.queue.QueueControl;

/**
 * The recipients of a mail whose senders ask to hear of success and who stand for several others:
 * they hear at once that their mail has gone on to those, and of these nobody reports success any
 * more (RFC 3461, 5.2.7.1 and 5.2.7.3).
 *
 * @param recipients all of the mail's, with what is wished of those they stand for
 * @param told of whom the sender hears now
 */
record Exploded(List<Expanded> recipients, List<Recipient> told) {

  static Exploded of(Submission mail, List<Expanded> recipients) {
    List<Expanded> all = new ArrayList<>();
    List<Recipient> told = new ArrayList<>();
    for (Expanded one : recipients) {
      boolean explodes = explodes(mail, one);
      all.add(explodes ? withoutSuccess(one) : one);
      if (explodes) {
        told.add(one.recipient());
      }
    }
    return new Exploded(all, told);
  }

  /** Whether the sender hears at once that a recipient stands for others. */
  static boolean explodes(Submission mail, Expanded one) {
    return one.recipient().reportOn().contains(Notify.SUCCESS)
        && !one.isBeside()
        && !mail.envelope().sender().isNull()
        && one.nowhere().isEmpty()
        && (one.targets().size() > 1
            || one.targets().stream().anyMatch(target -> target.owner().isPresent()));
  }

  private static Expanded withoutSuccess(Expanded one) {
    return new Expanded(
        one.recipient(),
        one.targets().stream()
            .map(target -> target.to(withoutSuccess(target.recipient())))
            .toList(),
        one.trace(),
        one.isBeside());
  }

  private static Recipient withoutSuccess(Recipient target) {
    if (!target.reportOn().contains(Notify.SUCCESS)) {
      return target;
    }
    Set<Notify> left = EnumSet.copyOf(target.reportOn());
    left.remove(Notify.SUCCESS);
    return new Recipient(
        target.address(), left.isEmpty() ? Set.of(Notify.NEVER) : left, target.original());
  }

  /** What the sender hears of them. */
  Bounce.About about(Submission mail) {
    DeliveryResult expanded = new DeliveryResult.Delivered("none", "2.0.0", "alias expanded", true);
    return new Bounce.About(
        Bounce.Kind.EXPANDED,
        told.stream()
            .map(
                recipient ->
                    new Bounce.Item(
                        new QueuedRecipient(0, recipient, 0, false, ""), expanded, true))
            .toList(),
        mail.arrived(),
        true);
  }

  /** The mail as notifications speak of it. */
  static QueuedMail asQueued(Submission mail) {
    Envelope envelope = mail.envelope();
    return new QueuedMail(
        mail.id(),
        envelope.sender(),
        QueuedMail.Traits.of(envelope),
        mail.content(),
        mail.arrived(),
        Optional.of(QueueControl.cameFrom(mail.client())),
        "",
        List.of());
  }
}
