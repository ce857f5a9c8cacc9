package org.postroom.core.auth.scheme;

import java.util.Optional;
import org.postroom.core.auth.ScramKeys;

/** Whether these octets are the password. */
@FunctionalInterface
interface Check {
  boolean matches(byte[] password);

  /** Where what is stored is just what SCRAM needs. */
  default Optional<ScramKeys> scramKeys() {
    return Optional.empty();
  }
}
