package org.postroom.core.auth.token;

import java.util.List;
import java.util.Optional;

/** Knows an issuer's keys. Threads share it. */
interface KeySource {

  /** Whose key it is that a token was signed with. */
  enum Signer {
    /** The issuer's. */
    ISSUER,
    /** Somebody else's, though the token names one of the issuer's, or none. */
    OTHER,
    /** The token names one that the issuer does not have. */
    UNKNOWN;

    static Signer of(Jwt token, List<VerifyingKey> keys) {
      List<VerifyingKey> meant = keys.stream().filter(key -> key.isMeant(token.keyId())).toList();
      if (meant.isEmpty()) {
        return UNKNOWN;
      }
      return meant.stream().anyMatch(key -> key.verifies(token)) ? ISSUER : OTHER;
    }
  }

  /** These, for good. */
  static KeySource of(List<VerifyingKey> keys) {
    return new KeySource() {
      @Override
      public Optional<Signer> recall(Jwt token) {
        return Optional.of(find(token));
      }

      @Override
      public Signer find(Jwt token) {
        return Signer.of(token, keys);
      }
    };
  }

  /**
   * Who has signed a token, where that is known without asking anybody. Never waits.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when nobody can say that now
   */
  Optional<Signer> recall(Jwt token);

  /** The same; may wait for the issuer, some seconds at most. */
  Signer find(Jwt token);
}
