package org.postroom.dist.applet;

import java.security.SecureRandom;

/** Makes passwords up. */
final class Passwords {
  // Without those that are easily taken for each other.
  private static final String CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int LENGTH = 16;

  private Passwords() {}

  /** Eighty bits of chance, easy to type. */
  static String random() {
    SecureRandom random = new SecureRandom();
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      password.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return password.toString();
  }
}
