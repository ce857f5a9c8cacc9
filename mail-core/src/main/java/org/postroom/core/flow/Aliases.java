package org.postroom.core.flow;

import java.util.List;
import java.util.Set;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * The tables by which addresses stand for others.
 *
 * @param virtual of virtual(5): for addresses of every domain
 * @param local of aliases(5): for names in our own domains
 * @param propagates which of {@code virtual} and {@code alias} hand an extension on
 * @param most so many addresses may one come to
 */
public record Aliases(TableList virtual, TableList local, Set<String> propagates, int most) {

  /** Everybody stands for himself. */
  public static final Aliases NONE = new Aliases(TableList.EMPTY, TableList.EMPTY, Set.of(), 1000);

  /** What parts the extension from a user. */
  static final RecipientDelimiter DELIMITER = new RecipientDelimiter("+");

  /**
   * Those that settings name.
   *
   * @throws BadConfiguration for a table that cannot be had
   */
  public static Aliases of(Settings settings, Tables tables) {
    return new Aliases(
        opened(settings, PolicyParams.VIRTUAL_ALIAS_MAPS, tables, false),
        opened(settings, AliasParams.ALIAS_MAPS, tables, true),
        Set.copyOf(settings.get(AliasParams.PROPAGATE_EXTENSIONS)),
        settings.get(AliasParams.EXPANSION_LIMIT));
  }

  private static TableList opened(
      Settings settings, Param<List<String>> param, Tables tables, boolean literal) {
    try {
      return new TableList(
          settings.get(param).stream()
              .map(text -> literal ? tables.openLiteral(text) : tables.open(text))
              .toList());
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(param, e.reason()));
    }
  }

  boolean isEmpty() {
    return virtual.isEmpty() && local.isEmpty();
  }
}
