package org.postroom.core.auth.scheme;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.bouncycastle.crypto.digests.MD5Digest;
import org.postroom.core.config.BadValue;

/** One digest of the password, with salt or without: quick, and so easily guessed. */
final class Digests {
  private static final int BLOCK = 64;

  /** Where MD5's state has its four words: behind a word and its use, and a long that counts. */
  private static final int STATE_WORDS = 16;

  private Digests() {}

  /** Data are the digest. */
  static Check exactly(String algorithm, int octets, byte[] data) {
    if (data.length != octets) {
      throw new BadValue("it has " + data.length + " octets instead of " + octets);
    }
    return of(algorithm, octets, data);
  }

  /** Data are the digest and, behind it, the salt. */
  static Check of(String algorithm, int octets, byte[] data) {
    if (data.length < octets) {
      throw new BadValue("it has " + data.length + " octets, fewer than " + octets);
    }
    byte[] digest = Arrays.copyOf(data, octets);
    byte[] salt = Arrays.copyOfRange(data, octets, data.length);
    return password -> MessageDigest.isEqual(digest(algorithm, password, salt), digest);
  }

  private static byte[] digest(String algorithm, byte[] password, byte[] salt) {
    if (algorithm.equals("MD4")) {
      MD4Digest md4 = new MD4Digest();
      md4.update(password, 0, password.length);
      byte[] digest = new byte[16];
      md4.doFinal(digest, 0);
      return digest;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      digest.update(password);
      return digest.digest(salt);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /**
   * What a server keeps for CRAM-MD5: HMAC-MD5's state behind the outer padding of the key, then
   * that behind the inner one (RFC 2195, 4).
   */
  static Check cramMd5(byte[] data, HashLimits limits) {
    if (data.length != 32) {
      throw new BadValue("it has " + data.length + " octets instead of 32");
    }
    return password -> {
      ByteBuffer states = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
      putState(states, password, 0x5c);
      putState(states, password, 0x36);
      return MessageDigest.isEqual(states.array(), data);
    };
  }

  private static void putState(ByteBuffer states, byte[] password, int padding) {
    byte[] key = password.length > BLOCK ? digest("MD5", password, new byte[0]) : password;
    byte[] block = Arrays.copyOf(key, BLOCK);
    for (int i = 0; i < BLOCK; i++) {
      block[i] ^= (byte) padding;
    }
    MD5Digest md5 = new MD5Digest();
    md5.update(block, 0, BLOCK);
    ByteBuffer state = ByteBuffer.wrap(md5.getEncodedState(), STATE_WORDS, 16);
    for (int i = 0; i < 4; i++) {
      states.putInt(state.getInt());
    }
  }
}
