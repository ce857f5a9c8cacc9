package org.postroom.dist;

import java.util.stream.Collectors;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Target;
import org.postroom.core.mail.Recipient;
import org.postroom.core.part.Generation;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageUnavailable;

/** Who reads what is sent to postmaster, which everybody who has a mail domain must take. */
final class Postmaster {
  private Postmaster() {}

  /** Logins and addresses; why nobody does where that is so. */
  static String of(Generation generation) {
    Address postmaster = Address.of("postmaster", generation.policy().hostname());
    try {
      Expanded expanded =
          generation.flow().expansion().expand(ReversePath.NULL, Recipient.of(postmaster));
      return expanded.targets().stream().map(Postmaster::reader).collect(Collectors.joining(", "));
    } catch (LookupUnavailable | StorageUnavailable e) {
      return "whom cannot be said now: " + e.getMessage();
    }
  }

  private static String reader(Target target) {
    if (target.route() instanceof Route.ToMailbox mailbox) {
      return mailbox.account().login();
    }
    if (target.route() instanceof Route.Nowhere nowhere) {
      return "nobody (" + nowhere.text() + ")";
    }
    return target.route() instanceof Route.Discarded
        ? "nobody (it is thrown away)"
        : target.recipient().address().toString();
  }
}
