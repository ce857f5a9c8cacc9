package org.postroom.core.auth;

import java.util.Optional;
import org.postroom.core.people.Proof;

/** A proof that SCRAM-SHA-256 may do with, too. */
public interface ScramProof extends Proof {

  /** What it needs; empty where that is not kept: then the password alone can be shown. */
  Optional<ScramKeys> scramKeys();

  /** That of {@code proof}, where it has it. */
  static Optional<ScramKeys> keysOf(Proof proof) {
    return proof instanceof ScramProof scram ? scram.scramKeys() : Optional.empty();
  }
}
