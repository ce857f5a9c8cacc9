package org.postroom.storage.sql;

import java.util.EnumSet;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.people.Person;

/** Addresses as columns: local part and domain as they are, without quotes, around the last @. */
final class Addresses {
  private Addresses() {}

  static String column(Address address) {
    return address.localPart() + "@" + address.domain().name();
  }

  /** For looking up. */
  static String key(Address address) {
    return Person.loginOf(column(address));
  }

  static Address address(String column) {
    int at = column.lastIndexOf('@');
    return Address.of(column.substring(0, at), Domain.of(column.substring(at + 1)));
  }

  static String column(ReversePath sender) {
    return sender.address().map(Addresses::column).orElse("");
  }

  static ReversePath sender(String column) {
    return column.isEmpty() ? ReversePath.NULL : ReversePath.of(address(column));
  }

  static int bits(Set<Notify> reportOn) {
    int bits = 0;
    for (Notify notify : reportOn) {
      bits |= bit(notify);
    }
    return bits;
  }

  static Set<Notify> reportOn(int bits) {
    EnumSet<Notify> found = EnumSet.noneOf(Notify.class);
    for (Notify notify : Notify.values()) {
      if ((bits & bit(notify)) != 0) {
        found.add(notify);
      }
    }
    return found;
  }

  private static int bit(Notify notify) {
    return switch (notify) {
      case NEVER -> 1;
      case SUCCESS -> 2;
      case FAILURE -> 4;
      case DELAY -> 8;
    };
  }
}
