package org.postroom.core.auth;

import java.util.Optional;

/** A name in a message whose parts are separated by commas (RFC 5801, 4: {@code saslname}). */
final class SaslName {
  private SaslName() {}

  /** {@code =2C} is a comma, {@code =3D} an equals sign, any other {@code =} wrong. */
  static Optional<String> unescaped(String saslname) {
    String rest = saslname.replace("=2C", "").replace("=3D", "");
    return rest.indexOf('=') >= 0
        ? Optional.empty()
        : Optional.of(saslname.replace("=2C", ",").replace("=3D", "="));
  }
}
