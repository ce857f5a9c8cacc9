package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.config.Param;
import org.postroom.core.refusal.LookupUnavailable;
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

  /** A domain that stands in two lists. */
  record Overlap(String domain, Param<List<String>> first, Param<List<String>> second) {}

  /**
   * The domains that stand in two of the lists. Those of {@code mydestination} may stand in {@code
   * relay_domains} too: that was the default once, and means nothing.
   */
  List<Overlap> overlaps() {
    List<Param<List<String>>> lists =
        List.of(
            PolicyParams.MYDESTINATION,
            PolicyParams.VIRTUAL_ALIAS_DOMAINS,
            PolicyParams.VIRTUAL_MAILBOX_DOMAINS,
            PolicyParams.RELAY_DOMAINS);
    List<MatchList> all = List.of(local, virtualAlias, virtualMailbox, relay);
    List<Overlap> found = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (int j = i + 1; j < all.size(); j++) {
        boolean harmless = all.get(i) == local && all.get(j) == relay;
        for (String name : harmless ? List.<String>of() : all.get(i).names()) {
          if (all.get(j).names().contains(name)) {
            found.add(new Overlap(name, lists.get(i), lists.get(j)));
          }
        }
      }
    }
    return found;
  }
}
