package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.flow.Expanded;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Target;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Verdict;

/** Says who would get mail for an address, as a mail that is handed in here would go. */
public final class VerifyOperation {
  public static final Operation<Written, Verified> VERIFY =
      new Operation<>("verify", Written.class, Verified.class, VerifyOperation::verify);

  private VerifyOperation() {}

  /** An address as somebody has written it here, perhaps without a domain. */
  public record Written(String address) {}

  /**
   * What it comes to.
   *
   * @param address the whole address
   * @param refusal code, status and text, where nobody would get it; 4xx may pass
   * @param way the steps that lead there, for people
   * @param goals who would get it; none where nobody would
   */
  public record Verified(
      String address, Optional<String> refusal, List<String> way, List<Goal> goals) {}

  /**
   * Where it would go.
   *
   * @param mailer the transport; {@code virtual} for mailboxes here
   * @param host the next hop; empty for mailboxes here
   * @param user the account, or the address there
   */
  public record Goal(String mailer, String host, String user) {}

  private static Verified verify(Desk desk, Written written) {
    Address address = desk.server().address(written.address());
    try {
      Prospect prospect = desk.server().prospect(address);
      Expanded expanded = prospect.expanded();
      return new Verified(
          address.toString(),
          prospect.refusal().map(Verdict.Reject::toString),
          expanded.trace(),
          prospect.refusal().isPresent()
              ? List.of()
              : expanded.targets().stream().map(VerifyOperation::goal).toList());
    } catch (LookupUnavailable e) {
      return new Verified(
          address.toString(), Optional.of("451 4.3.0 " + e.getMessage()), List.of(), List.of());
    }
  }

  private static Goal goal(Target target) {
    String user = target.recipient().address().toString();
    Route route = target.route();
    if (route instanceof Route.Here here) {
      return new Goal("virtual", "", here.account().login().toString());
    }
    if (route instanceof Route.Onward onward) {
      return new Goal(onward.transport(), onward.nextHop(), user);
    }
    if (route instanceof Route.ToAgent agent) {
      return new Goal("local", "", agent.what());
    }
    return route instanceof Route.Nowhere none
        ? new Goal("error", none.code() + " " + none.status() + " " + none.text(), user)
        : new Goal("discard", "", user);
  }
}
