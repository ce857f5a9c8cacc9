package org.postroom.core.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.MatchList;
import org.postroom.core.table.Tables;

/** Hides the hosts below a domain ({@code masquerade_domains}). */
final class Masquerade {

  /**
   * A domain of the list.
   *
   * @param hides whether it stands in the place of its subdomains; else they stay
   */
  private record Parent(Domain domain, boolean hides) {}

  private final List<Parent> parents = new ArrayList<>();
  private final MatchList exceptions;

  /** {@link BadConfiguration} for what is no domain. */
  Masquerade(Settings settings, Tables tables) {
    for (String item : settings.get(RewriteParams.MASQUERADE_DOMAINS)) {
      int name = 0;
      while (name < item.length() && item.charAt(name) == '!') {
        name++;
      }
      try {
        parents.add(new Parent(Domain.of(item.substring(name)), name % 2 == 0));
      } catch (MalformedAddress e) {
        throw new BadConfiguration(
            settings.fault(RewriteParams.MASQUERADE_DOMAINS, String.valueOf(e.getMessage())));
      }
    }
    try {
      exceptions =
          MatchList.ofNames(settings.get(RewriteParams.MASQUERADE_EXCEPTIONS), tables::open);
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(RewriteParams.MASQUERADE_EXCEPTIONS, e.reason()));
    }
  }

  boolean isEmpty() {
    return parents.isEmpty();
  }

  /** {@code address}, or the same user at the parent that hides its host. */
  Address masked(Address address) {
    if (isEmpty() || exceptions.containsName(address.localPart().toLowerCase(Locale.ROOT))) {
      return address;
    }
    String host = address.domain().name();
    for (Parent parent : parents) {
      String name = parent.domain().name();
      if (host.equals(name)) {
        return address;
      }
      if (host.endsWith("." + name)) {
        return parent.hides() ? Address.of(address.localPart(), parent.domain()) : address;
      }
    }
    return address;
  }
}
