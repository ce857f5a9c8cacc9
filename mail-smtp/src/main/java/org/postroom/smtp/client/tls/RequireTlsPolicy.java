package org.postroom.smtp.client.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.NextHop;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableKeys.Parents;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * What {@code smtp_requiretls_policy} says of next hops: the first of its levels and tables that
 * has something to say of one; {@code enforce} where none has.
 */
public final class RequireTlsPolicy {
  private static final String EXPECTED =
      "expected "
          + Arrays.stream(RequireTlsLevel.values())
              .map(RequireTlsLevel::word)
              .collect(Collectors.joining(", "));

  private final boolean enabled;
  private final List<Item> items;

  private RequireTlsPolicy(boolean enabled, List<Item> items) {
    this.enabled = enabled;
    this.items = List.copyOf(items);
  }

  /** A level for all, or a table. */
  private record Item(Optional<RequireTlsLevel> level, TableList table) {}

  /**
   * As settings have it.
   *
   * @throws BadConfiguration for a word that is no level, and a table that cannot be had
   */
  public static RequireTlsPolicy of(Settings settings, Tables tables) {
    List<Item> items = new ArrayList<>();
    try {
      for (String one : settings.get(TlsParams.REQUIRETLS_POLICY)) {
        Optional<RequireTlsLevel> level = RequireTlsLevel.of(one);
        if (level.isEmpty() && one.indexOf(':') < 0) {
          throw new BadValue(EXPECTED + " or type:table in place of " + one);
        }
        items.add(
            new Item(level, level.isPresent() ? TableList.EMPTY : tables.openAll(List.of(one))));
      }
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(TlsParams.REQUIRETLS_POLICY, e.reason()));
    }
    return new RequireTlsPolicy(settings.get(FlowParams.REQUIRETLS), items);
  }

  /**
   * What holds for a next hop, with a mail that asks for it. On a worker: tables are asked.
   *
   * @throws BadPolicy where a table says what is no level
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public RequireTlsLevel of(NextHop hop) {
    if (!enabled) {
      return RequireTlsLevel.DISABLE;
    }
    TableKeys keys =
        hop.socket().isPresent()
            ? TableKeys.only(hop.written())
            : TableKeys.host(hop.host(), Parents.DOTTED);
    for (Item item : items) {
      Optional<RequireTlsLevel> said =
          item.level().or(() -> item.table().find(keys).map(RequireTlsPolicy::read));
      if (said.isPresent()) {
        return said.get();
      }
    }
    return RequireTlsLevel.ENFORCE;
  }

  private static RequireTlsLevel read(TableList.Found found) {
    return RequireTlsLevel.of(found.value().strip())
        .orElseThrow(
            () ->
                new BadPolicy(
                    "REQUIRETLS policy for "
                        + found.key().text()
                        + " ("
                        + found.where()
                        + "): "
                        + EXPECTED));
  }
}
