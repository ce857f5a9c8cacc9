package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.postroom.core.address.Address;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;

/**
 * Judges clients, senders, recipients and mails by the lists of restrictions. Each list is judged
 * alone, so that what permits in one opens no other; the first refusal is the last word. Pure and
 * immutable.
 *
 * <p>Whatever the lists say, strangers do not relay: there is a list in which a stranger's mail for
 * elsewhere meets a refusal before it meets an unconditional permission, or there is no judge; and
 * in that list a permission that rests on anything but who the client is does not count for such
 * mail.
 */
public final class Judge {

  private final Map<Stage, List<Rule>> lists;
  private final Map<Moment, List<Stage>> stages = new EnumMap<>(Moment.class);
  private final Map<Stage, List<Rule>> last = new EnumMap<>(Stage.class);
  private final Set<Moment> concerned = EnumSet.noneOf(Moment.class);
  private final Stage guard;
  private final DomainClasses domains;
  private final Ingredients in;
  private final AddedRestrictions restrictions;
  private final Map<Stage, Map<String, Rule>> classes;

  private Judge(
      Ingredients in,
      AddedRestrictions restrictions,
      Map<Stage, List<Rule>> lists,
      Map<Stage, Map<String, Rule>> classes,
      Stage guard) {
    this.in = in;
    this.restrictions = restrictions;
    this.classes = classes;
    Settings settings = in.settings();
    this.lists = lists;
    this.guard = guard;
    this.domains = in.domains();
    boolean delayed = settings.get(RestrictionParams.DELAY_REJECT);
    boolean relayFirst = settings.get(RestrictionParams.RELAY_FIRST);
    for (Moment moment : Moment.values()) {
      stages.put(moment, stages(moment, delayed, relayFirst));
    }
    if (settings.get(RestrictionParams.REJECT_UNLISTED_SENDER)) {
      last.put(Stage.SENDER, unlisted(AddressRules.UNLISTED_SENDER, Party.SENDER));
    }
    if (settings.get(RestrictionParams.REJECT_UNLISTED_RECIPIENT)) {
      last.put(
          relayFirst ? Stage.RECIPIENT : Stage.RELAY,
          unlisted(AddressRules.UNLISTED_RECIPIENT, Party.RECIPIENT));
    }
    for (Moment moment : Moment.values()) {
      for (Stage stage : stages(moment)) {
        if (hasRules(stage)) {
          concerned.add(moment);
        }
      }
    }
  }

  private static List<Rule> unlisted(String name, Party party) {
    return List.of(Rule.of(name, Effect.NEUTRAL, AddressRules.rejectUnlisted(party)));
  }

  /**
   * Reads the lists.
   *
   * @param restrictions those that they may name
   * @param faults takes whatever could open a relay or cannot be obeyed
   * @param warnings takes what is of no use
   */
  static Judge of(
      Ingredients in,
      AddedRestrictions restrictions,
      BiConsumer<Param<?>, String> faults,
      BiConsumer<Param<?>, String> warnings) {
    Map<Stage, List<Rule>> lists = new EnumMap<>(Stage.class);
    Map<Stage, Map<String, Rule>> classes = new EnumMap<>(Stage.class);
    List<String> found = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      Param<List<String>> param = stage.param();
      RuleParser parser =
          new RuleParser(
              in,
              restrictions,
              stage,
              text -> {
                found.add(text);
                faults.accept(param, text);
              },
              text -> warnings.accept(param, text));
      lists.put(stage, parser.rules(in.settings().get(param)));
      // Those that no list names may be values of tables; what is wrong with them refuses mail
      // then.
      classes.put(stage, new RuleParser(in, restrictions, stage, text -> {}, text -> {}).classes());
    }
    Judge judge = new Judge(in, restrictions, lists, classes, guard(lists));
    if (found.isEmpty() && !Rule.denyRelay(judge.rules(judge.guard))) {
      faults.accept(
          Stage.RELAY.param(),
          "in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify"
              + " at least one working instance of: reject_unauth_destination,"
              + " defer_unauth_destination, reject, defer, defer_if_permit (before any permit)");
    }
    return judge;
  }

  /**
   * What the lists of this moment say. A pure function: what has to be found out is asked for in
   * {@code facts}, all that is far away together.
   *
   * @param before what earlier lists have left
   */
  public Decision judge(Moment moment, PolicyContext mail, Pending before, Facts facts) {
    if (!isConcernedAt(moment) && before.isNothing()) {
      return Decision.unasked(moment, mail);
    }
    return new Hearing(this, mail, before, facts).at(moment);
  }

  /** Whether a mail is for somebody whom those may reach, too, who are refused otherwise. */
  boolean spares(PolicyContext mail) {
    Optional<Address> to = mail.recipient();
    return to.isPresent()
        && to.get().localPart().equalsIgnoreCase("postmaster")
        && in.settings().get(RestrictionParams.EXEMPT_POSTMASTER)
        && domains.classOf(to.get().domain()).isOurs();
  }

  /** The list that keeps strangers from relaying. */
  private static Stage guard(Map<Stage, List<Rule>> lists) {
    return Rule.denyRelay(lists.getOrDefault(Stage.RELAY, List.of()))
        ? Stage.RELAY
        : Stage.RECIPIENT;
  }

  private static List<Stage> stages(Moment moment, boolean delayed, boolean relayFirst) {
    List<Stage> sender = List.of(Stage.CLIENT, Stage.HELO, Stage.SENDER);
    List<Stage> recipient =
        relayFirst ? List.of(Stage.RELAY, Stage.RECIPIENT) : List.of(Stage.RECIPIENT, Stage.RELAY);
    return switch (moment) {
      case CONNECT -> delayed ? List.of() : List.of(Stage.CLIENT);
      case HELO -> delayed ? List.of() : List.of(Stage.HELO);
      case MAIL -> delayed ? List.of() : List.of(Stage.SENDER);
      case RECIPIENT -> delayed ? joined(sender, recipient) : recipient;
      case DATA -> List.of(Stage.DATA);
      case END_OF_DATA -> List.of(Stage.END_OF_DATA);
      case ETRN -> joined(delayed ? sender.subList(0, 2) : List.of(), List.of(Stage.ETRN));
    };
  }

  private static List<Stage> joined(List<Stage> first, List<Stage> then) {
    List<Stage> both = new ArrayList<>(first);
    both.addAll(then);
    return List.copyOf(both);
  }

  /** Whether there is anything to judge at this moment. */
  public boolean isConcernedAt(Moment moment) {
    return concerned.contains(moment);
  }

  private boolean hasRules(Stage stage) {
    return !rules(stage).isEmpty() || last.containsKey(stage);
  }

  /** The lists of a moment, in their order. */
  List<Stage> stages(Moment moment) {
    return stages.getOrDefault(moment, List.of());
  }

  List<Rule> rules(Stage stage) {
    return lists.getOrDefault(stage, List.of());
  }

  /** The restrictions that a table has as its value; empty for what is none. */
  Optional<List<Rule>> named(Stage stage, String text) {
    return RuleParser.value(in, restrictions, classes.getOrDefault(stage, Map.of()), text);
  }

  /** What is asked behind this list, whoever permits: whether the address exists. One or none. */
  List<Rule> last(Stage stage) {
    return last.getOrDefault(stage, List.of());
  }

  /** Whether a permission in this list would open the relay to this mail. */
  boolean guardsAgainst(Stage stage, PolicyContext mail) {
    return stage == guard
        && mail.recipient().isPresent()
        && !domains.isAuthorized(mail.recipient().get());
  }
}
