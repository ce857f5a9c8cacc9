package org.postroom.core.flow;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Policy;
import org.postroom.core.restriction.Verdict;

/**
 * What a recipient of the envelope comes to: one target or many. Found out once, when the recipient
 * is named, and carried from there.
 *
 * @param recipient as the envelope has it
 * @param targets at least one; where nobody is there, it leads nowhere
 * @param trace the steps that led there, for people
 * @param isBeside whether it is a copy beside others, of which whoever brings the mail knows
 *     nothing
 */
public record Expanded(
    Recipient recipient, List<Target> targets, List<String> trace, boolean isBeside) {

  /** What a recipient that was named comes to. */
  public Expanded(Recipient recipient, List<Target> targets, List<String> trace) {
    this(recipient, targets, trace, false);
  }

  /**
   * A mailbox that was chosen, and not found by its address: no alias and no route is asked, so
   * that nothing of it goes on, and nobody hears what becomes of it.
   *
   * @param address that it is said to be for
   * @param why for people
   */
  public static Expanded into(Address address, Route.ToMailbox mailbox, String why) {
    Recipient chosen = new Recipient(address, Set.of(Recipient.Notify.NEVER), Optional.empty());
    Target target = new Target(chosen, mailbox);
    return new Expanded(chosen, List.of(target), List.of(why));
  }

  /** The same with the first {@code most} targets and steps, for people. */
  Expanded first(int most) {
    return targets.size() <= most && trace.size() <= most
        ? this
        : new Expanded(
            recipient,
            targets.subList(0, Math.min(most, targets.size())),
            trace.subList(0, Math.min(most, trace.size())),
            isBeside);
  }

  /** The same with a sender of its own for what leaves, which reports on it go to. */
  public Expanded from(ReversePath sender) {
    return new Expanded(
        recipient, targets.stream().map(target -> target.from(sender)).toList(), trace, isBeside);
  }

  /** The same for a copy beside others. */
  Expanded beside() {
    return new Expanded(recipient, targets, trace, true);
  }

  public Expanded {
    targets = List.copyOf(targets);
    trace = List.copyOf(trace);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("a recipient without targets: " + recipient);
    }
  }

  /** Why nobody would get it; empty when somebody would. */
  public Optional<Route.Nowhere> nowhere() {
    return !isSomewhere() && targets.get(0).route() instanceof Route.Nowhere first
        ? Optional.of(first)
        : Optional.empty();
  }

  /**
   * The same as whoever brings the mail hears it, without words of introduction; whom nobody knows
   * is refused as {@code policy} has it.
   */
  public Optional<Verdict.Reject> refusal(Policy policy) {
    Optional<Route.Nowhere> nowhere = isSomewhere() ? notNow() : nowhere();
    return nowhere.map(
        why ->
            Verdict.Reject.of(
                why.isUnknown() ? policy.codeOfUnknown(recipient.address()) : why.code(),
                why.status().substring(1),
                why.text()));
  }

  private boolean isSomewhere() {
    for (Target target : targets) {
      if (!(target.route() instanceof Route.Nowhere)) {
        return true;
      }
    }
    return false;
  }

  /** Why all of its mail would only wait; empty where it would go on. */
  private Optional<Route.Nowhere> notNow() {
    for (Target target : targets) {
      if (!(target.route() instanceof Route.Onward onward)
          || !onward.transport().equals(BuiltInTransports.RETRY)) {
        return Optional.empty();
      }
    }
    return routes(Route.Onward.class)
        .findFirst()
        .map(waits -> BuiltInTransports.refusal(waits.transport(), waits.nextHop()));
  }

  /** That the recipient is refused, and why, in the words of a reply to RCPT. */
  public String rejected(String why) {
    return "<" + recipient.address() + ">: Recipient address rejected: " + why;
  }

  /** The routes of one kind. */
  public <R extends Route> Stream<R> routes(Class<R> kind) {
    return targets.stream().map(Target::route).filter(kind::isInstance).map(kind::cast);
  }
}
