package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Fault;
import org.postroom.core.config.Nearest;
import org.postroom.core.config.Param;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.fact.Wanted;

/**
 * Who may send where: {@code smtpd_relay_restrictions}, then {@code smtpd_recipient_restrictions}.
 * Each list is judged alone, so that what permits in one cannot open the other. Pure and immutable.
 */
public final class RelayPolicy {

  /** Known from the compatible systems, to say more than "unknown". */
  private static final Set<String> LATER =
      Set.of(
          "defer_if_permit",
          "defer_if_reject",
          "warn_if_reject",
          "permit_inet_interfaces",
          "permit_tls_clientcerts",
          "permit_tls_all_clientcerts",
          "permit_mx_backup",
          "reject_unauth_pipelining",
          "reject_plaintext_session",
          "reject_multi_recipient_bounce",
          "check_relay_domains",
          "check_recipient_maps",
          "permit_naked_ip_address",
          "reject_maps_rbl");

  private record Rule(String list, String name, Restriction restriction) {}

  private final List<Rule> relay;
  private final List<Rule> recipient;

  private RelayPolicy(List<Rule> relay, List<Rule> recipient) {
    this.relay = relay;
    this.recipient = recipient;
  }

  /** Adds to {@code faults} whatever could open a relay or cannot be obeyed. */
  static RelayPolicy of(Restrictions.Ingredients in, List<Fault> faults) {
    int before = faults.size();
    RelayPolicy policy =
        new RelayPolicy(
            rules(PolicyParams.SMTPD_RELAY_RESTRICTIONS, in, faults),
            rules(PolicyParams.SMTPD_RECIPIENT_RESTRICTIONS, in, faults));
    if (faults.size() == before && !denies(policy.relay) && !denies(policy.recipient)) {
      faults.add(
          in.settings()
              .fault(
                  PolicyParams.SMTPD_RELAY_RESTRICTIONS,
                  "in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify"
                      + " at least one working instance of: reject_unauth_destination,"
                      + " defer_unauth_destination, reject, defer (before any permit)"));
    }
    return policy;
  }

  /**
   * Asks every rule that has a say about the recipient of {@code mail}. A pure function: what has
   * to be found out is asked for in {@code facts}, all that is far away together.
   */
  public Decision judge(PolicyContext mail, Facts facts) {
    List<Decision.Step> steps = new ArrayList<>();
    for (List<Rule> list : List.of(relay, recipient)) {
      for (int i = 0; i < list.size(); i++) {
        Rule rule = list.get(i);
        Consulted consulted = new Consulted(facts);
        Verdict verdict;
        try {
          verdict = ask(rule, mail, consulted);
        } catch (Wanted wanted) {
          throw ahead(list.subList(i + 1, list.size()), mail, facts, wanted);
        }
        steps.add(new Decision.Step(rule.list(), rule.name(), input(mail, consulted), verdict));
        if (verdict instanceof Verdict.Reject) {
          return new Decision(mail, steps, verdict);
        }
        if (verdict instanceof Verdict.Ok) {
          break;
        }
      }
    }
    return new Decision(mail, steps, Verdict.OK);
  }

  private static Verdict ask(Rule rule, PolicyContext mail, Facts facts) {
    try {
      return rule.restriction().judge(mail, facts);
    } catch (LookupUnavailable e) {
      // Our fault is never the client's 5xx, and no answer is not a permission.
      return Verdict.Reject.of(451, ".3.0", "Temporary lookup failure");
    }
  }

  /** With what the rules behind would want, as long as none of them decides. */
  private static Wanted ahead(List<Rule> behind, PolicyContext mail, Facts facts, Wanted first) {
    Wanted all = first;
    for (Rule rule : behind) {
      try {
        if (!(ask(rule, mail, facts) instanceof Verdict.Dunno)) {
          return all;
        }
      } catch (Wanted later) {
        all = all.with(later);
      }
    }
    return all;
  }

  /** What a rule has asked for, for the record. */
  private static final class Consulted implements Facts {
    private final Facts facts;
    private @Nullable StringBuilder answers;

    Consulted(Facts facts) {
      this.facts = facts;
    }

    @Override
    public <T> T know(Fact<T> fact) {
      T answer = facts.know(fact);
      if (answers == null) {
        answers = new StringBuilder();
      }
      answers.append(' ').append(fact).append('=').append(answer);
      return answer;
    }

    String said() {
      return answers == null ? "" : answers.toString();
    }
  }

  private static String input(PolicyContext mail, Consulted consulted) {
    return "client="
        + mail.client().getHostAddress()
        + " login="
        + mail.login().orElse("")
        + " sender=<"
        + mail.sender()
        + "> recipient=<"
        + mail.recipient().map(String::valueOf).orElse("")
        + ">"
        + consulted.said();
  }

  private static List<Rule> rules(
      Param<List<String>> list, Restrictions.Ingredients in, List<Fault> faults) {
    List<Rule> rules = new ArrayList<>();
    boolean argument = false;
    for (String item : in.settings().get(list)) {
      if (argument) {
        argument = false;
        continue;
      }
      var row = Restrictions.named(item);
      if (row.isPresent()) {
        rules.add(new Rule(list.name(), row.get().name(), row.get().factory().apply(in)));
        continue;
      }
      argument = takesArgument(item);
      faults.add(in.settings().fault(list, problem(item)));
    }
    return rules;
  }

  private static boolean takesArgument(String item) {
    return item.startsWith("check_") && item.endsWith("_access")
        || item.equals("check_policy_service")
        || item.matches("(reject_r(bl|hsbl)|permit_(dnswl|rhswl))_[a-z_]+")
        || item.equals("sleep");
  }

  private static String problem(String item) {
    if (item.indexOf(':') >= 0) {
      return "table type not supported yet: " + item;
    }
    boolean known =
        takesArgument(item)
            || LATER.contains(item)
            || item.matches("reject_(unknown|invalid|non_fqdn|unlisted|unverified)_[a-z_]+")
            || item.matches("reject_[a-z_]*sender_login_mismatch");
    List<String> names = Restrictions.ALL.stream().map(Restrictions.Row::name).toList();
    return known
        ? "restriction not supported yet: " + item
        : "unknown restriction: " + item + Nearest.hint(item, names);
  }

  /** Whether a stranger's mail for elsewhere meets a refusal before it meets a permission. */
  private static boolean denies(List<Rule> rules) {
    for (Rule rule : rules) {
      Restrictions.Effect effect = Restrictions.named(rule.name()).orElseThrow().effect();
      if (effect != Restrictions.Effect.PERMITS_SOME) {
        return effect == Restrictions.Effect.DENIES_RELAY;
      }
    }
    return false;
  }
}
