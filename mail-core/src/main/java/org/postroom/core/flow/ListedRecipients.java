package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
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
  /** What a folder in the place of a user is called. */
  private static final Set<String> MAILDIR = Set.of(".", "Maildir", ".maildir");

  private final Policy policy;
  private final AddressMap mailboxes;
  private final AddressMap relayed;

  private ListedRecipients(Policy policy, AddressMap mailboxes, AddressMap relayed) {
    this.policy = policy;
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
        policy,
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
   * Whose mailbox a table gives to an address: {@code user@domain}, or a path that ends so; a path
   * that ends with one of our domains and a user, as {@code .../domain/user/}; else one that ends
   * with the user of that name in the domain of the address, {@code user/}. A word that is no path
   * says that the address is there, and no more.
   *
   * @return what may be the address of an account
   */
  Optional<Address> holder(Address address, Facts facts) {
    return mailboxes.found(address, facts).flatMap(found -> named(found.value().strip(), address));
  }

  /** Whether a table names the address itself, its extension and all: it means no other one. */
  boolean namesExtension(Address address, Facts facts) {
    return policy.delimiter().indexIn(address.localPart()) >= 0
        && mailboxes
            .found(address, facts)
            .filter(found -> !found.key().text().startsWith("@"))
            .filter(found -> found.key().dropped().isEmpty())
            .isPresent();
  }

  private Optional<Address> named(String result, Address address) {
    List<String> names = new ArrayList<>(List.of(result.split("/+")));
    names.removeIf(name -> name.isEmpty() || MAILDIR.contains(name));
    if (names.isEmpty() || result.indexOf('/') < 0 && result.indexOf('@') < 0) {
      return Optional.empty();
    }
    int last = names.size() - 1;
    String user = names.get(last);
    if (user.indexOf('@') >= 0) {
      return Address.tryParse(user);
    }
    for (int i = last; i >= 0; i--) {
      if (isOurDomain(names.get(i))) {
        return i == last - 1 ? Address.tryParse(user + "@" + names.get(i)) : Optional.empty();
      }
    }
    return Address.tryParse(user + "@" + address.domain());
  }

  private boolean isOurDomain(String name) {
    return Domain.parse(name)
        .filter(domain -> policy.domains().classOf(domain) == AddressClass.VIRTUAL_MAILBOX)
        .isPresent();
  }
}
