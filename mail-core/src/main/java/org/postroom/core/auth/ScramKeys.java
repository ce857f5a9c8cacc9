package org.postroom.core.auth;

/**
 * What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, 3; RFC 7677). The arrays are
 * handed over, not copied.
 */
public final class ScramKeys {
  private final byte[] salt;
  private final int iterations;
  private final byte[] storedKey;
  private final byte[] serverKey;

  public ScramKeys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    this.salt = salt;
    this.iterations = iterations;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  public byte[] salt() {
    return salt;
  }

  public int iterations() {
    return iterations;
  }

  public byte[] storedKey() {
    return storedKey;
  }

  public byte[] serverKey() {
    return serverKey;
  }
}
