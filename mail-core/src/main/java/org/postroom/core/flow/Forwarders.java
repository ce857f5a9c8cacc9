package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.Address;

/**
 * The users by whose own files ({@code forward_path}) an expansion has come and is not done with,
 * the last one last. Who has sent a mail on does not send it on once more.
 */
final class Forwarders {
  private final ForwardFiles files;
  private List<Address> addresses = List.of(); // until there is one

  Forwarders(ForwardFiles files) {
    this.files = files;
  }

  /** Whether the user is one of them whom an address of our own domains is of. */
  boolean have(Address address) {
    for (Address one : addresses) {
      if (isSameUser(one, address)) {
        return true;
      }
    }
    return false;
  }

  /** Whether he is the last one. */
  boolean endWith(Address address) {
    return !addresses.isEmpty() && isSameUser(last(), address);
  }

  private Address last() {
    return addresses.get(addresses.size() - 1);
  }

  private boolean isSameUser(Address one, Address other) {
    return files.user(one).equals(files.user(other));
  }

  /** The way goes by his file. */
  void enter(Address address) {
    if (addresses.isEmpty()) {
      addresses = new ArrayList<>();
    }
    addresses.add(address);
  }

  /** It does so no more. */
  Address leave() {
    return addresses.remove(addresses.size() - 1);
  }

  /** Those whom a copy that goes on names, by which it is known where it comes back. */
  List<Address> named() {
    return !addresses.isEmpty() && files.areMarked() ? List.copyOf(addresses) : List.of();
  }
}
