package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.auth.AccountId;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.quota.QuotaRules.Coming;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;

/** Which of an acceptance's deliveries there is room for; nothing is changed by asking. */
final class DeliveryRoom {
  private final Batch batch;
  private final long content;

  /** What deliveries before have taken: one account may be a recipient more than once. */
  private final Map<AccountId, Coming> taken = new HashMap<>();

  private DeliveryRoom(Batch batch, Acceptance acceptance) {
    this.batch = batch;
    this.content = acceptance.mail().content().size();
  }

  /**
   * The same, where those wait or are refused whose mailbox cannot take their copy. Where that
   * would be all that was asked for, the first one's reason is thrown.
   */
  static List<Acceptance> possible(Batch batch, List<Acceptance> acceptances) throws SQLException {
    List<Acceptance> possible = new ArrayList<>(acceptances.size());
    RuntimeException first = null;
    boolean any = false;
    for (Acceptance acceptance : acceptances) {
      DeliveryRoom room = new DeliveryRoom(batch, acceptance);
      List<Acceptance.Delivery> deliveries = new ArrayList<>();
      List<Acceptance.Onward> onward = new ArrayList<>(acceptance.onward());
      List<Acceptance.Refused> refused = new ArrayList<>();
      for (Acceptance.Delivery delivery : acceptance.deliveries()) {
        try {
          room.take(delivery);
          deliveries.add(delivery);
        } catch (OverQuota | MailboxNotFound e) {
          first = first == null ? e : first;
          if (delivery.claim() == Acceptance.Claim.ANSWERED) {
            refused.add(
                new Acceptance.Refused(
                    delivery.account(), delivery.mailbox(), e instanceof OverQuota));
          } else {
            onward.add(delivery.waiting());
            any |= delivery.claim() == Acceptance.Claim.KEPT;
          }
        }
      }
      any |=
          deliveries.stream().anyMatch(one -> one.claim() != Acceptance.Claim.BESIDE)
              || acceptance.onward().stream()
                  .anyMatch(one -> one.claim() != Acceptance.Claim.BESIDE);
      possible.add(acceptance.with(deliveries, onward, refused));
    }
    if (first != null && !any) {
      throw first;
    }
    return possible;
  }

  /** Refuses an acceptance that cannot become true as it is. */
  static void check(Batch batch, Acceptance acceptance) throws SQLException {
    DeliveryRoom room = new DeliveryRoom(batch, acceptance);
    for (Acceptance.Delivery delivery : acceptance.deliveries()) {
      room.take(delivery);
    }
  }

  private void take(Acceptance.Delivery delivery) throws SQLException {
    AccountState account = batch.account(delivery.account());
    String into = delivery.mailbox().value();
    long octets = delivery.header().size() + content;
    Coming before = taken.getOrDefault(delivery.account(), new Coming(into, 0, 0, 0, true));
    Coming coming = new Coming(into, before.octets() + octets, before.messages() + 1, octets, true);
    QuotaRoom.check(batch, account, coming);
    if (!batch.quotas().ignores(into)) {
      taken.put(delivery.account(), coming);
    }
  }
}
