package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.table.Tables;

/**
 * Which addresses there are in {@code virtual_mailbox_domains} and {@code relay_domains}, where
 * tables say so. In the first a table's result means a mailbox, as virtual(8) has it: whose it is
 * here, its last names say.
 */
final class ListedRecipients {
  private final AddressMap mailboxes;
  private final AddressMap relayed;

  private ListedRecipients(AddressMap mailboxes, AddressMap relayed) {
    this.mailboxes = mailboxes;
    this.relayed = relayed;
  }

  /**
   * Those that settings name.
   *
   * @throws org.postroom.core.report.BadConfiguration for a table that cannot be had
   */
  static ListedRecipients of(Settings settings, Policy policy, Tables tables) {
    return new ListedRecipients(
        AddressMap.literal(settings, PolicyParams.VIRTUAL_MAILBOX_MAPS, policy, tables),
        AddressMap.of(settings, PolicyParams.RELAY_RECIPIENT_MAPS, false, policy, tables));
  }

  /**
   * Whether there is an address: where no table says so, there is each.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  boolean has(Address address, AddressClass addressClass, Facts facts) {
    return switch (addressClass) {
      case VIRTUAL_MAILBOX -> mailboxes.isEmpty() || mailboxes.found(address, facts).isPresent();
      case RELAY -> relayed.isEmpty() || relayed.found(address, facts).isPresent();
      case LOCAL, VIRTUAL_ALIAS, REMOTE -> true;
    };
  }

  /**
   * Whose mailbox a table gives to an address: {@code user@domain} where it says so, or {@code
   * .../domain/user/}, else the user of that name in the domain of the address.
   *
   * @return what may be the address of an account, the likelier first
   */
  List<Address> holders(Address address, Facts facts) {
    return mailboxes
        .found(address, facts)
        .map(found -> meant(found.value().strip(), address))
        .orElse(List.of());
  }

  private static List<Address> meant(String result, Address address) {
    List<Address> all = new ArrayList<>();
    if (result.indexOf('@') >= 0) {
      parsed(result).ifPresent(all::add);
      return all;
    }
    List<String> names = new ArrayList<>(List.of(result.split("/+")));
    names.removeIf(name -> name.isEmpty() || name.equals(".") || name.equals("Maildir"));
    int last = names.size() - 1;
    if (last >= 1) {
      parsed(names.get(last) + "@" + names.get(last - 1)).ifPresent(all::add);
    }
    if (last >= 0) {
      parsed(names.get(last) + "@" + address.domain()).ifPresent(all::add);
    }
    return all;
  }

  private static Optional<Address> parsed(String text) {
    try {
      return Optional.of(Address.parse(text));
    } catch (MalformedAddress e) {
      return Optional.empty();
    }
  }
}
