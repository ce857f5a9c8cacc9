package org.postroom.core.flow;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.Policy;

/**
 * Whether the postmaster hears of something, and who that is.
 *
 * @param wanted of what he hears
 * @param recipients who gets the notices of a class
 * @param errors who gets those of sessions, whatever their class
 * @param sender from whom they are; nobody is told when one of them fails
 */
record Notices(
    Set<NoticeClass> wanted, Map<NoticeClass, Address> recipients, Address errors, Address sender) {

  Notices {
    wanted = Set.copyOf(wanted);
    recipients = Map.copyOf(recipients);
  }

  static Notices of(Settings settings, Policy policy) {
    return new Notices(
        settings.get(BounceParams.NOTIFY_CLASSES),
        Map.of(
            NoticeClass.BOUNCE,
            policy.qualified(settings.get(BounceParams.BOUNCE_RECIPIENT)),
            NoticeClass.TWICE,
            policy.qualified(settings.get(BounceParams.TWICE_RECIPIENT)),
            NoticeClass.DELAY,
            policy.qualified(settings.get(BounceParams.DELAY_RECIPIENT))),
        policy.qualified(settings.get(BounceParams.ERROR_RECIPIENT)),
        Address.of(settings.get(BounceParams.DOUBLE_BOUNCE_SENDER).localPart(), policy.hostname()));
  }

  /** Who hears of it; empty when nobody does. */
  Optional<Address> about(NoticeClass what) {
    return wanted.contains(what) ? Optional.ofNullable(recipients.get(what)) : Optional.empty();
  }

  /** Whether a mail is such a notice itself. */
  boolean areFrom(ReversePath other) {
    return other.address().filter(sender::equals).isPresent();
  }

  /** Whether a mail is such a notice, or a report to a sender: of those nobody is told in turn. */
  boolean orReportsAreFrom(ReversePath other) {
    return other.isNull() || areFrom(other);
  }
}
