package org.postroom.core.policy;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.address.Address;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * Who may send as whom, where an administrator says so in tables ({@code smtpd_sender_login_maps}):
 * nobody else then may. Without tables there is nothing to be learned here.
 */
public final class SenderLogins {
  private final TableList tables;
  private final RecipientDelimiter delimiter;

  private SenderLogins(TableList tables, RecipientDelimiter delimiter) {
    this.tables = tables;
    this.delimiter = delimiter;
  }

  /** {@link BadConfiguration} for a table that cannot be had. */
  static SenderLogins of(Settings settings, Tables tables) {
    try {
      return new SenderLogins(
          tables.openAll(settings.get(RestrictionParams.SENDER_LOGIN_MAPS)),
          PolicyParams.delimiter(settings));
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(RestrictionParams.SENDER_LOGIN_MAPS, e.reason()));
    }
  }

  /** Whether tables decide. */
  public boolean isGiven() {
    return !tables.isEmpty();
  }

  /**
   * The log-ins that own a sender's address, in lower case; empty where it is nobody's.
   *
   * @param local whether tables may name its users by their local part alone
   * @throws LookupUnavailable when a table has no answer now
   */
  public Optional<Set<String>> owners(Address sender, boolean local, Facts facts) {
    return facts
        .know(
            new TableFact(
                tables,
                TableKeys.address(sender, delimiter, local),
                RestrictionParams.SENDER_LOGIN_MAPS.name(),
                sender.toString()))
        .map(
            found ->
                Stream.of(found.value().split("[,\\s]+"))
                    .filter(login -> !login.isEmpty())
                    .map(login -> login.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toUnmodifiableSet()));
  }
}
