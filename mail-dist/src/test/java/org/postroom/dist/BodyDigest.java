package org.postroom.dist;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Takes a message of any length and keeps the digest of its body alone. */
final class BodyDigest extends OutputStream {
  private static final int SEPARATOR = 0x0D0A0D0A; // CRLF CRLF

  private final MessageDigest digest;
  private int last;
  private boolean inBody;

  BodyDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(int octet) {
    if (inBody) {
      digest.update((byte) octet);
    } else {
      last = last << 8 | octet & 0xff;
      inBody = last == SEPARATOR;
    }
  }

  @Override
  public void write(byte[] octets, int offset, int length) {
    int at = offset;
    while (!inBody && at < offset + length) {
      write(octets[at++]);
    }
    digest.update(octets, at, offset + length - at);
  }

  /** What the digest is now; begins anew. */
  String end() {
    last = 0;
    inBody = false;
    return HexFormat.of().formatHex(digest.digest());
  }
}
