package org.postroom.core.policy;

import java.util.List;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Subject;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;

/** An access(5) table that a restriction has opened. */
final class AccessTable {
  private final Settings settings;
  private final LookupTable table;
  private final TableList tables;
  private final Verdict.Worth worth;
  private final boolean isSendmails;

  private AccessTable(
      Settings settings, LookupTable table, Verdict.Worth worth, boolean isSendmails) {
    this.settings = settings;
    this.table = table;
    this.tables = new TableList(List.of(table));
    this.worth = worth;
    this.isSendmails = isSendmails;
  }

  /**
   * Opens it; {@code BadValue} for one that cannot be had.
   *
   * @param worth of its permissions; where they would open the relay, and the table is one of
   *     patterns, which may match everybody, they do not
   * @param tag of keys that are meant, where it is sendmail's
   */
  static AccessTable open(Ingredients in, String name, Verdict.Worth worth, String tag) {
    LookupTable table = in.tables().open(name);
    boolean everybody = table.matchesPatterns() || name.startsWith("static:");
    boolean isSendmails = isSendmails(table, name);
    return new AccessTable(
        in.settings(),
        isSendmails ? new TaggedTable(table, tag) : table,
        worth == Verdict.Worth.PROVEN && everybody ? Verdict.Worth.CLAIMED : worth,
        isSendmails);
  }

  /** Also one that has its type by default, or stands behind {@code proxy:}. */
  private static boolean isSendmails(LookupTable table, String name) {
    boolean is = table.name().startsWith(TaggedTable.TYPE);
    if (!is && table.name().contains(TaggedTable.TYPE)) {
      // Nobody knows any more that its keys have tags, nor that its OK opens no relay.
      throw new BadValue(TaggedTable.TYPE + " stands for itself, and not within others: " + name);
    }
    return is;
  }

  /** There OK is taken at its word, and RELAY alone opens the relay. */
  private Verdict.Worth worth(String value) {
    return isSendmails && worth == Verdict.Worth.PROVEN && !value.equalsIgnoreCase("RELAY")
        ? Verdict.Worth.CLAIMED
        : worth;
  }

  /**
   * What it says, if it has any of the keys.
   *
   * @param of what the keys are forms of
   * @param about what replies name
   */
  Optional<Verdict> says(TableKeys keys, String of, Subject about, Facts facts) {
    return facts
        .know(new TableFact(tables, keys, table.name(), of))
        .map(found -> new AccessAction(settings, about, worth(found.value())).of(found.value()));
  }
}
