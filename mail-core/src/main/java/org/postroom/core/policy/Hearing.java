package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.table.TableList;

/**
 * One run over the lists. Where a fact is wanting it goes on as if that rule had nothing to say,
 * for the sake of what the rules behind would want; then it ends with all of that.
 */
final class Hearing {
  /** So many rules may want something in one round. */
  private static final int MOST_AT_ONCE = 100;

  /** So many tables may name restrictions with tables that do. */
  private static final int DEEPEST = 100;

  private final Judge judge;
  private final PolicyContext mail;
  private final Facts facts;
  private final List<Decision.Step> steps = new ArrayList<>();
  private final Set<Consequence> consequences;
  private Verdict.@Nullable Reject deferIfPermit;
  private Verdict.@Nullable Reject deferIfReject;
  private boolean discarded;
  private @Nullable Wanted wanted;
  private int wants;

  /** How many tables have named restrictions that are asked now, one behind the other. */
  private int depth;

  /** How many of them were asked for what somebody claims. */
  private int referredByClaims;

  Hearing(Judge judge, PolicyContext mail, Pending before, Facts facts) {
    this.judge = judge;
    this.mail = mail;
    this.facts = facts;
    this.deferIfPermit = before.deferIfPermit().orElse(null);
    this.consequences = new LinkedHashSet<>(before.consequences());
    for (Consequence each : consequences) {
      discarded |= each instanceof Consequence.Discard;
    }
  }

  Decision at(Moment moment) {
    List<Stage> stages = new ArrayList<>();
    for (Stage stage : judge.stages(moment)) {
      if (concerns(stage)) {
        stages.add(stage);
      }
    }
    Verdict.@Nullable Reject refusal = null;
    for (int i = 0; i < stages.size() && refusal == null && !discarded; i++) {
      Stage stage = stages.get(i);
      if (i == 0 || !(stage.isOfDestination() && stages.get(i - 1).isOfDestination())) {
        deferIfReject = null; // relay and recipient list have it in common
      }
      boolean concludes = moment.concludes() && i == stages.size() - 1;
      refusal = refusal(list(stage));
      if (refusal == null && concludes && !discarded) {
        refusal = deferIfPermit;
      }
      if (refusal == null && !discarded) {
        refusal = refusal(unlisted(stage));
      }
    }
    if (wanted != null) {
      throw wanted;
    }
    return new Decision(
        moment,
        Decision.About.of(mail),
        steps,
        Optional.ofNullable(refusal),
        new Pending(Optional.ofNullable(deferIfPermit), List.copyOf(consequences)));
  }

  /** Of what has not been said there is nothing to judge. */
  private boolean concerns(Stage stage) {
    return switch (stage) {
      case HELO -> mail.helo().isPresent();
      case SENDER -> mail.sender().isPresent();
      default -> true;
    };
  }

  private Verdict list(Stage stage) {
    List<Rule> rules = judge.rules(stage);
    if (rules.isEmpty()) {
      return Verdict.DUNNO;
    }
    return ask(stage, rules, about(stage), stage != Stage.RELAY && judge.spares(mail));
  }

  private PolicyContext about(Stage stage) {
    try {
      return mail.about(stage.subject(mail, facts));
    } catch (Wanted more) {
      want(more);
      return mail;
    }
  }

  /** Whether somebody has the address is asked whoever permits it, but not twice. */
  private Verdict unlisted(Stage stage) {
    List<Rule> rule = judge.last(stage);
    return rule.isEmpty() || wasAsked(rule.get(0))
        ? Verdict.DUNNO
        : ask(stage, rule, about(stage), false);
  }

  private boolean wasAsked(Rule rule) {
    for (Decision.Step step : steps) {
      if (step.rule().equals(rule.name()) && step.warned().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static Verdict.@Nullable Reject refusal(Verdict verdict) {
    if (verdict instanceof Verdict.Reject reject) {
      return reject;
    }
    return verdict instanceof Verdict.Fault fault ? fault.reply() : null;
  }

  /** Asks one rule after the other until one decides. */
  private Verdict ask(Stage stage, List<Rule> rules, PolicyContext about, boolean warnOnly) {
    for (Rule rule : rules) {
      // What a table says of the postmaster himself is meant.
      boolean warns = rule.warnOnly() || warnOnly && !(isOfRecipient(rule) && judge.spares(mail));
      Verdict verdict =
          rule.members().isEmpty()
              ? heard(stage, rule, about, warns)
              : ask(stage, rule.members(), about, warns);
      if (verdict instanceof Verdict.Refer refer) {
        verdict = referred(stage, refer, about, warns);
      } else if (referredByClaims > 0 && rule.permitsAll()) {
        verdict = Verdict.OK; // rests on what the table was asked for
      }
      boolean opens = verdict instanceof Verdict.Ok ok && !ok.proven();
      if (opens && judge.guardsAgainst(stage, mail)) {
        continue;
      }
      if (!(verdict instanceof Verdict.Dunno)) {
        return verdict;
      }
      if (discarded || deferIfPermit != null && deferIfReject != null) {
        break; // nothing can change any more
      }
    }
    return Verdict.DUNNO;
  }

  private static boolean isOfRecipient(Rule rule) {
    return rule.name().startsWith("check_recipient_access");
  }

  /** What the restrictions say that a table names. */
  private Verdict referred(
      Stage stage, Verdict.Refer refer, PolicyContext about, boolean warnOnly) {
    Optional<List<Rule>> rules = judge.named(stage, refer.restrictions());
    if (rules.isEmpty() || depth >= DEEPEST) {
      return Verdict.MISCONFIGURED;
    }
    depth++;
    int claims = refer.worth() == Verdict.Worth.PROVEN ? 0 : 1;
    referredByClaims += claims;
    try {
      Verdict verdict = ask(stage, rules.get(), about.about(refer.subject()), warnOnly);
      return verdict instanceof Verdict.Ok && refer.worth() == Verdict.Worth.NONE
          ? Verdict.MISCONFIGURED
          : verdict;
    } finally {
      depth--;
      referredByClaims -= claims;
    }
  }

  /** What comes of a rule: permission, refusal, or nothing for now. */
  private Verdict heard(Stage stage, Rule rule, PolicyContext about, boolean warnOnly) {
    Consulted consulted = new Consulted(facts);
    Verdict verdict;
    try {
      verdict = said(rule, about, consulted);
    } catch (Wanted more) {
      want(more);
      return Verdict.DUNNO;
    }
    Optional<Verdict.Reject> warned =
        warnOnly ? Optional.ofNullable(reply(verdict)) : Optional.empty();
    steps.add(
        new Decision.Step(
            stage.param().name(),
            rule.name(),
            consulted.said(),
            consulted.rows(),
            verdict,
            warned));
    return warned.isPresent() ? Verdict.DUNNO : after(verdict);
  }

  private Verdict said(Rule rule, PolicyContext about, Facts from) {
    try {
      return rule.restriction().judge(about, from);
    } catch (LookupUnavailable e) {
      // Our fault is never the client's 5xx, and no answer is not a permission.
      String name = about.subject().name();
      return new Verdict.Fault(
          Verdict.Reject.of(451, ".3.0", "<" + name + ">: Temporary lookup failure"));
    }
  }

  /** The refusal of which a warning can be made; none can of our own faults. */
  private static Verdict.@Nullable Reject reply(Verdict verdict) {
    if (verdict instanceof Verdict.Reject reject) {
      return reject;
    }
    return verdict instanceof Verdict.DeferIfPermit defer ? defer.reply() : null;
  }

  private Verdict after(Verdict verdict) {
    if (verdict instanceof Verdict.Reject reject) {
      Verdict.Reject forNow = deferIfReject;
      return forNow != null && reject.code() >= 500 ? forNow : reject;
    }
    if (verdict instanceof Verdict.DeferIfPermit defer) {
      deferIfPermit = deferIfPermit == null ? defer.reply() : deferIfPermit;
    } else if (verdict instanceof Verdict.DeferIfReject defer) {
      deferIfReject = deferIfReject == null ? defer.reply() : deferIfReject;
    } else if (verdict instanceof Verdict.Treat treat) {
      return treat(treat.how());
    }
    return verdict instanceof Verdict.Fault
            || verdict instanceof Verdict.Ok
            || verdict instanceof Verdict.Refer
        ? verdict
        : Verdict.DUNNO;
  }

  private Verdict treat(Consequence how) {
    if (!(how instanceof Consequence.Note)) {
      if (!(how instanceof Consequence.Prepend)) {
        consequences.remove(how); // the last of its kind counts
      }
      consequences.add(how);
    }
    discarded |= how instanceof Consequence.Discard;
    return Verdict.DUNNO;
  }

  private void want(Wanted more) {
    wanted = wanted == null ? more : wanted.with(more);
    wants++;
    if (wants >= MOST_AT_ONCE) {
      throw wanted;
    }
  }

  /** What a rule has asked for, for the record. */
  private static final class Consulted implements Facts {
    private final Facts facts;
    private static final int MOST_SIGNS = 1000;

    private @Nullable StringBuilder answers;
    private final List<String> rows = new ArrayList<>(0);

    Consulted(Facts facts) {
      this.facts = facts;
    }

    @Override
    public <T> T know(Fact<T> fact) {
      T answer = facts.know(fact);
      if (answers == null) {
        answers = new StringBuilder();
      }
      if (answers.length() < MOST_SIGNS) {
        String said = answer instanceof Optional<?> some ? found(some) : String.valueOf(answer);
        answers.append(' ').append(fact).append('=');
        answers.append(said, 0, Math.min(said.length(), MOST_SIGNS));
      }
      return answer;
    }

    /** What is there; what an Optional says of itself takes longer than all else here. */
    private String found(Optional<?> answer) {
      if (answer.isEmpty()) {
        return "none";
      }
      if (answer.get() instanceof TableList.Found row) {
        rows.add(row.where());
      }
      return String.valueOf(answer.get());
    }

    List<String> rows() {
      return rows;
    }

    String said() {
      return answers == null ? "" : answers.toString();
    }
  }
}
