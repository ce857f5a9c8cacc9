package org.postroom.core.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A password or token: prints as stars, in logs as in listings. Who got one from a client wipes it
 * by closing it; one that belongs to the settings stays.
 */
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

  /** As text, for an interface that takes nothing else: a text cannot be wiped. */
  public String reveal() {
    return new String(octets, UTF_8);
  }

  @Override
  public void close() {
    Arrays.fill(octets, (byte) 0);
  }

  /** Takes as long for a secret that begins alike as for one that does not. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(secret.octets, octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return "***";
  }
}
