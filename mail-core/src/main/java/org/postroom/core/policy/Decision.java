package org.postroom.core.policy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a recipient was taken or refused: every rule that was asked, with what it saw and said.
 *
 * @param verdict {@link Verdict.Ok} or {@link Verdict.Reject}
 */
public record Decision(PolicyContext mail, List<Step> steps, Verdict verdict) {

  /**
   * One rule's part.
   *
   * @param list the parameter that holds the rule
   * @param input what the rule looked at, for people
   */
  public record Step(String list, String rule, String input, Verdict result) {

    @Override
    public String toString() {
      return list + ": " + rule + " (" + input + "): " + said();
    }

    private String said() {
      if (result instanceof Verdict.Reject) {
        return result.toString();
      }
      return result instanceof Verdict.Ok ? "OK" : "DUNNO";
    }
  }

  public Decision {
    steps = List.copyOf(steps);
  }

  public boolean isPermitted() {
    return verdict instanceof Verdict.Ok;
  }

  /** The refusal; empty where it is permitted. */
  public Optional<Verdict.Reject> refusal() {
    return verdict instanceof Verdict.Reject reject ? Optional.of(reject) : Optional.empty();
  }

  /** One line for each rule that was asked. */
  @Override
  public String toString() {
    return steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
  }
}
