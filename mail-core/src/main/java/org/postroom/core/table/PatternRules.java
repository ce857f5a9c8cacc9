package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * Rules with expressions, of which the first that matches counts. What one look-up may cost is
 * bounded, because keys are strangers' words and some expressions take longer than the world stands
 * for some keys: who asks for more steps hears that there is no answer now.
 */
final class PatternRules implements Lookup {

  private static final long STEPS = 200_000;
  private static final long STEPS_A_SIGN = 16;

  /** What a rule takes that looks at nothing. */
  private static final long STEPS_A_RULE = 8;

  /**
   * A rule, or the beginning of a block.
   *
   * @param line for what is said about it
   * @param negated whether it is for keys that do not match
   * @param value null where a block begins
   * @param behind the rule behind the block
   */
  record Rule(
      String line,
      boolean negated,
      PatternSyntax.Compiled expression,
      @Nullable Template value,
      int behind) {

    Rule until(int index) {
      return new Rule(line, negated, expression, value, index);
    }
  }

  private final List<Rule> rules;

  PatternRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  @Override
  public Optional<Row> row(String key) {
    return find(new Steps(key, mostOfAll(key)));
  }

  @Override
  public Optional<Row> row(String key, Effort effort) {
    effort.take(STEPS_A_RULE * rules.size());
    long most = Math.min(mostOfAll(key), effort.left());
    Steps steps = new Steps(key, most);
    try {
      return find(steps);
    } finally {
      effort.take(most - steps.left());
    }
  }

  private long mostOfAll(String key) {
    return STEPS + STEPS_A_SIGN * key.length() * rules.size();
  }

  private Optional<Row> find(Steps steps) {
    String key = steps.toString();
    long mostOfOne = STEPS + STEPS_A_SIGN * key.length();
    int i = 0;
    while (i < rules.size()) {
      Rule rule = rules.get(i);
      steps.next(mostOfOne);
      Matcher matcher = rule.expression().pattern().matcher(steps);
      boolean holds = isMatch(rule, matcher) != rule.negated();
      if (rule.value() == null) {
        i = holds ? i + 1 : rule.behind();
      } else if (holds) {
        return Optional.of(new Row(rule.value().filled(matcher), rule.line(), 0));
      } else {
        i++;
      }
    }
    return Optional.empty();
  }

  private static boolean isMatch(Rule rule, Matcher matcher) {
    try {
      return rule.expression().anchored() ? matcher.lookingAt() : matcher.find();
    } catch (TooManySteps e) {
      throw new LookupUnavailable(rule.line() + ": the expression takes too long for this key");
    } catch (StackOverflowError e) {
      // Java's engine goes one level down for each repetition of a group; nothing else is here.
      throw new LookupUnavailable(rule.line() + ": the expression goes too deep for this key");
    }
  }

  @Override
  public List<Row> rules() {
    List<Row> all = new ArrayList<>();
    for (Rule rule : rules) {
      Template value = rule.value();
      if (value != null) {
        all.add(new Row(value.texts().get(0), rule.line(), 0));
      }
    }
    return all;
  }

  @Override
  public int size() {
    return rules.size();
  }

  /** A key that counts how often it is looked at. */
  private static final class Steps implements CharSequence {
    private final String text;
    private long leftOfAll;
    private long left;

    Steps(String text, long all) {
      this.text = text;
      this.leftOfAll = all;
    }

    /** Another expression, which takes at most so much of what is left. */
    void next(long most) {
      leftOfAll += left;
      left = Math.min(most, leftOfAll);
      leftOfAll -= left;
    }

    /** How many looks are left to all. */
    long left() {
      return leftOfAll + Math.max(0, left);
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Ends Java's matching; never seen outside. */
  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManySteps() {
      super(null, null, false, false);
    }
  }
}
