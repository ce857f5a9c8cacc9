package org.postroom.core.rewrite;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.Tables;

/** Whose headers are written anew as our own users' are ({@code local_header_rewrite_clients}). */
final class LocalClients {

  private interface Item {
    boolean matches(Submission.Client client);
  }

  private final List<Item> known = new ArrayList<>();
  private final List<LookupTable> tables = new ArrayList<>();

  private LocalClients() {}

  /** {@link BadConfiguration} for an item that cannot be obeyed. */
  static LocalClients of(Settings settings, Policy policy, OwnAddresses own, Tables tables) {
    LocalClients clients = new LocalClients();
    Iterator<String> items = settings.get(RewriteParams.LOCAL_CLIENTS).iterator();
    try {
      while (items.hasNext()) {
        clients.add(items.next(), items, policy, own, tables);
      }
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(RewriteParams.LOCAL_CLIENTS, e.reason()));
    }
    return clients;
  }

  private void add(
      String item, Iterator<String> more, Policy policy, OwnAddresses own, Tables opened) {
    switch (item.toLowerCase(Locale.ROOT)) {
      case "permit_inet_interfaces" -> known.add(client -> own.contain(client.address()));
      case "permit_mynetworks" ->
          known.add(client -> policy.mynetworks().contains(client.address(), client::name));
      case "permit_sasl_authenticated" -> known.add(client -> client.login().isPresent());
      case "check_address_map" -> {
        if (!more.hasNext()) {
          throw new BadValue("check_address_map without a table");
        }
        tables.add(opened.open(more.next()));
      }
      default -> {
        if (item.indexOf(':') < 0) {
          throw new BadValue("no class of clients: " + item);
        }
        tables.add(opened.open(item));
      }
    }
  }

  /** Whether a look-up in a table is not needed to know, or is quick. */
  boolean isQuick() {
    for (LookupTable table : tables) {
      if (table.mayBlock() || table.matchesPatterns()) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is plain, without a look-up, that the client is none of them. */
  boolean areNot(Submission.Client client) {
    return tables.isEmpty() && !isKnown(client);
  }

  /** {@link org.postroom.core.refusal.LookupUnavailable} when a table has no answer now. */
  boolean contain(Submission.Client client) {
    return isKnown(client)
        || !tables.isEmpty()
            && tables.stream()
                .anyMatch(table -> table.find(IpLiteral.written(client.address())).isPresent());
  }

  private boolean isKnown(Submission.Client client) {
    for (Item item : known) {
      if (item.matches(client)) {
        return true;
      }
    }
    return false;
  }
}
