package org.postroom.core.policy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Address;
import org.postroom.core.config.BadValue;
import org.postroom.core.fact.Fact;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.time.Timers;

/** Restrictions that look at nothing: they say what a list comes to. */
final class ListRules {
  private ListRules() {}

  static HouseRestriction reject(Ingredients in) {
    int code = in.settings().get(PolicyParams.REJECT_CODE);
    return (mail, facts) ->
        Verdict.Reject.of(code, ".7.1", mail.subject().rejected("Access denied"));
  }

  static HouseRestriction defer(Ingredients in) {
    int code = in.settings().get(PolicyParams.DEFER_CODE);
    return (mail, facts) ->
        Verdict.Reject.of(code, ".3.2", mail.subject().rejected("Try again later"));
  }

  static HouseRestriction deferIfPermit(Ingredients in) {
    return (mail, facts) -> new Verdict.DeferIfPermit(requested(mail, "defer_if_permit"));
  }

  static HouseRestriction deferIfReject(Ingredients in) {
    return (mail, facts) -> new Verdict.DeferIfReject(requested(mail, "defer_if_reject"));
  }

  private static Verdict.Reject requested(PolicyContext mail, String what) {
    return Verdict.Reject.of(450, ".7.0", mail.subject().rejected(what + " requested"));
  }

  static HouseRestriction sleep(Ingredients in, String seconds) {
    int limit = in.settings().get(RestrictionParams.SLEEP_LIMIT);
    if (!seconds.matches("[0-9]{1,2}") || Integer.parseInt(seconds) > limit) {
      throw new BadValue("sleep takes 0 to " + limit + " seconds, but found " + seconds);
    }
    Duration time = Duration.ofSeconds(Integer.parseInt(seconds));
    return (mail, facts) -> {
      facts.know(new Slept(mail.sources().timers(), time, mail.subject(), mail.recipient()));
      return Verdict.DUNNO;
    };
  }

  /** That a time has passed: known once somebody has waited, for each recipient anew. */
  private record Slept(Timers timers, Duration time, Subject where, Optional<Address> recipient)
      implements Fact<Boolean> {

    @Override
    public Optional<Boolean> atOnce() {
      return time.isZero() ? Optional.of(true) : Optional.empty();
    }

    @Override
    public CompletionStage<Boolean> ask(Executor mayBlock) {
      CompletableFuture<Boolean> passed = new CompletableFuture<>();
      timers.after(time, () -> passed.complete(true));
      return passed;
    }

    @Override
    public String toString() {
      return "slept " + time.toSeconds() + " s";
    }
  }
}
