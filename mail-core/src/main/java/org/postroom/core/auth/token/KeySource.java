package org.postroom.core.auth.token;

import java.util.List;
import java.util.Optional;

/** Where an issuer's keys come from. Threads share it. */
interface KeySource {

  /**
   * Those that may have signed a token, where that is known without asking anybody. Never waits.
   *
   * @param keyId of the one that the token names
   * @throws org.postroom.core.fact.LookupUnavailable when nobody can say that now
   */
  Optional<List<VerifyingKey>> recall(Optional<String> keyId);

  /** The same; may wait for the issuer, some seconds at most. */
  List<VerifyingKey> find(Optional<String> keyId);
}
