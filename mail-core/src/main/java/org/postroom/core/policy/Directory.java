package org.postroom.core.policy;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Verdict;

/** What the house says of addresses, for the client that is judged. Functions of facts. */
public interface Directory {

  /** Why nobody here has this address, without its words of introduction; empty if it is good. */
  Optional<Verdict.Reject> unlisted(Address address, Facts facts);

  /** Whether somebody here owns this sender address. */
  boolean isOwned(Address sender, Facts facts);

  /** Whether the client has logged in as the owner of this sender address. */
  boolean isClients(Address sender, Facts facts);

  /** Knows nobody, and takes everybody. */
  Directory EMPTY =
      new Directory() {
        @Override
        public Optional<Verdict.Reject> unlisted(Address address, Facts facts) {
          return Optional.empty();
        }

        @Override
        public boolean isOwned(Address sender, Facts facts) {
          return false;
        }

        @Override
        public boolean isClients(Address sender, Facts facts) {
          return false;
        }
      };
}
