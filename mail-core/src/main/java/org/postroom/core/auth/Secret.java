package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** A password or token on its way; never printed, wiped when closed. */
public final class Secret implements AutoCloseable {
  private final byte[] octets;

  private Secret(byte[] octets) {
    this.octets = octets;
  }

  /** The UTF-8 octets of {@code text}. */
  public static Secret of(String text) {
    return new Secret(text.getBytes(UTF_8));
  }

  /** Takes the octets over. */
  public static Secret of(byte[] octets) {
    return new Secret(octets);
  }

  /** The octets themselves, not a copy. */
  public byte[] octets() {
    return octets;
  }

  @Override
  public void close() {
    Arrays.fill(octets, (byte) 0);
  }

  @Override
  public String toString() {
    return "***";
  }
}
