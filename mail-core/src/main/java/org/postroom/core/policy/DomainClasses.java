package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.fact.LookupUnavailable;
import org.postroom.core.table.MatchList;

/** Tells of each domain what it is to us. Immutable. */
public final class DomainClasses {

  private final MatchList local;
  private final MatchList virtualAlias;
  private final MatchList virtualMailbox;
  private final MatchList relay;
  private final OwnAddresses own;
  private final boolean untrustedRouting;

  DomainClasses(
      MatchList local,
      MatchList virtualAlias,
      MatchList virtualMailbox,
      MatchList relay,
      OwnAddresses own,
      boolean untrustedRouting) {
    this.local = local;
    this.virtualAlias = virtualAlias;
    this.virtualMailbox = virtualMailbox;
    this.relay = relay;
    this.own = own;
    this.untrustedRouting = untrustedRouting;
  }

  /** {@link LookupUnavailable} if a list cannot be read. */
  public AddressClass classOf(Domain domain) {
    if (local.contains(domain) || domain.address().filter(own::contain).isPresent()) {
      return AddressClass.LOCAL;
    }
    if (virtualAlias.contains(domain)) {
      return AddressClass.VIRTUAL_ALIAS;
    }
    if (virtualMailbox.contains(domain)) {
      return AddressClass.VIRTUAL_MAILBOX;
    }
    return relay.contains(domain) ? AddressClass.RELAY : AddressClass.REMOTE;
  }

  /**
   * Whether strangers may send there: one of our domains, and no route of the sender's own left in
   * the local part, which the next host might follow.
   */
  public boolean isAuthorized(Address recipient) {
    return classOf(recipient.domain()).isOurs()
        && (untrustedRouting || !hasRoute(recipient.localPart()));
  }

  static boolean hasRoute(String localPart) {
    return localPart.chars().anyMatch(c -> c == '@' || c == '%' || c == '!');
  }

  /** One line for each domain that stands in two of the lists. */
  List<String> overlaps() {
    String[] lists = {
      "mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"
    };
    List<MatchList> all = List.of(local, virtualAlias, virtualMailbox, relay);
    List<String> found = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        for (String name : all.get(i).names()) {
          if (all.get(j).names().contains(name)) {
            found.add("do not list domain " + name + " in BOTH " + lists[i] + " and " + lists[j]);
          }
        }
      }
    }
    return found;
  }
}
