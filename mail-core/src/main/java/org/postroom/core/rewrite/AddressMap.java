package org.postroom.core.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/**
 * The tables of a parameter that give addresses for addresses, as canonical(5), generic(5) and
 * virtual(5) do: {@code user+extension@domain}, {@code user@domain}, in our own domains the same
 * without domain, {@code @domain}. A result {@code @other} keeps the local part; what a key has
 * left out of an extension is added to the result where the settings say so.
 */
public final class AddressMap {
  private final String parameter;
  private final TableList tables;
  private final boolean propagates;
  private final Policy policy;

  private AddressMap(String parameter, TableList tables, boolean propagates, Policy policy) {
    this.parameter = parameter;
    this.tables = tables;
    this.propagates = propagates;
    this.policy = policy;
  }

  /**
   * The tables that {@code param} names.
   *
   * @param propagates whether extensions go on
   * @throws BadConfiguration for a table that cannot be had
   */
  public static AddressMap of(
      Settings settings,
      Param<List<String>> param,
      boolean propagates,
      Policy policy,
      Tables tables) {
    return new AddressMap(param.name(), open(settings, param, tables), propagates, policy);
  }

  /**
   * The tables that {@code param} names, whose results are not made of what strangers say: no
   * pattern may put a part of the key into them.
   *
   * @throws BadConfiguration for a table that cannot be had, or does so
   */
  public static AddressMap literal(
      Settings settings, Param<List<String>> param, Policy policy, Tables tables) {
    try {
      return new AddressMap(
          param.name(),
          new TableList(settings.get(param).stream().map(tables::openLiteral).toList()),
          false,
          policy);
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(param, e.reason()));
    }
  }

  /**
   * The tables that {@code param} names, as they are.
   *
   * @throws BadConfiguration for a table that cannot be had
   */
  public static TableList open(Settings settings, Param<List<String>> param, Tables tables) {
    try {
      return tables.openAll(settings.get(param));
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(param, e.reason()));
    }
  }

  /**
   * What was found.
   *
   * @param results the addresses, without those that are none
   * @param malformed the first item that is no address
   * @param trace the step, for people
   */
  public record Mapped(List<Address> results, Optional<String> malformed, String trace) {}

  public boolean isEmpty() {
    return tables.isEmpty();
  }

  /** Whether {@link #find} is quick: nothing outside of memory, and no patterns. */
  boolean isQuick() {
    for (LookupTable one : tables.tables()) {
      if (one.mayBlock() || one.matchesPatterns()) {
        return false;
      }
    }
    return true;
  }

  /**
   * What stands in the place of {@code address}; empty where it stands for itself.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public Optional<Mapped> find(Address address, Facts facts) {
    return found(address, facts).map(found -> mapped(address, found));
  }

  /** What the tables say, as it is written there. */
  public Optional<TableList.Found> found(Address address, Facts facts) {
    return tables.isEmpty()
        ? Optional.empty()
        : facts.know(
            new TableFact(
                tables,
                TableKeys.address(
                    address, policy.delimiter(), policy.isUnderOurName(address.domain())),
                parameter,
                address.toString()));
  }

  private Mapped mapped(Address address, TableList.Found found) {
    String extension = propagates ? found.key().dropped() : "";
    List<Address> results = new ArrayList<>();
    String malformed = null;
    for (String item : AddressItems.of(found.value())) {
      Address result =
          item.startsWith("@")
              ? at(address.localPart(), item.substring(1))
              : extended(whole(item), extension);
      if (result != null) {
        results.add(result);
      } else if (malformed == null) {
        malformed = item;
      }
    }
    return new Mapped(
        List.copyOf(results),
        Optional.ofNullable(malformed),
        address + " -> " + found.value() + " (" + parameter + ": " + found.where() + ")");
  }

  private @Nullable Address whole(String text) {
    try {
      return policy.qualified(WrittenAddress.parse(text));
    } catch (MalformedAddress e) {
      return null;
    }
  }

  /** The address with an extension behind its local part; null if that is none. */
  public static @Nullable Address extended(@Nullable Address address, String extension) {
    return address == null || extension.isEmpty()
        ? address
        : at(address.localPart() + extension, address.domain().name());
  }

  private static @Nullable Address at(String localPart, String domain) {
    try {
      return Address.of(localPart, Domain.of(domain));
    } catch (MalformedAddress e) {
      return null;
    }
  }
}
