package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.postroom.core.config.BadValue;

/**
 * yescrypt as crypt(3) uses it ({@code $y$j9T$salt$hash}): what the system's users have by default.
 * No library has it. It is scrypt (RFC 7914) whose blocks are mixed by multiplications and look-ups
 * in boxes that change all the time, and whose memory is written in its second half, too. Only the
 * form that crypt(3) makes is here: the flavour {@code j}, one lane, no further parameters.
 *
 * <p>Plain arithmetic in arrays, because it has to be quick: what is held against the system's
 * crypt(3) is the result.
 */
final class Yescrypt {
  private static final Pattern FORM =
      Pattern.compile(
          "\\$y\\$j([./0-9A-Za-j])([./0-9A-Za-j])\\$([./0-9A-Za-z]{1,86})\\$[./0-9A-Za-z]{43}");
  private static final String DIGITS =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /** Octets of a block are these many words; so are those of a round of multiplications. */
  private static final int WORDS = 16;

  private static final int ROUNDS = 6;
  private static final int BOX = 512;
  private static final int BOX_MASK = 255 * 16;

  /** From so many steps, and so many blocks in all, the password is hashed by fewer before. */
  private static final int LONG_STEPS = 0x100;

  private static final int LONG_BLOCKS = 0x20000;

  private final int blocks;
  private final int line;
  private final int[] memory;
  private final long[] boxes = new long[3 * BOX];
  private final int[] scratch;
  private int first;
  private int second;
  private int third;
  private int written;

  private Yescrypt(int steps, int r) {
    blocks = 2 * r;
    line = blocks * WORDS;
    memory = new int[steps * line];
    scratch = new int[line];
  }

  /** {@link BadValue} for another form, or for what costs too much. */
  static Check of(String text, HashLimits limits) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new BadValue("its form is not that of $y$ as crypt(3) makes it");
    }
    int log = 1 + DIGITS.indexOf(matcher.group(1));
    int r = 1 + DIGITS.indexOf(matcher.group(2));
    if (log > 20 || log < 2) {
      throw new BadValue("yescrypt of 2^" + log + " steps");
    }
    int steps = 1 << log;
    limits.requireMemory("yescrypt", (long) steps * r / 8);
    int kib = Math.max(1, steps * r / 8);
    byte[] salt = decoded(matcher.group(3));
    String hash = text.substring(text.lastIndexOf('$') + 1);
    return password ->
        limits.with(
            kib,
            () ->
                MessageDigest.isEqual(
                    encoded(hash(password, salt, steps, r)).getBytes(US_ASCII),
                    hash.getBytes(US_ASCII)));
  }

  private static byte[] hash(byte[] password, byte[] salt, int steps, int r) {
    byte[] key = password;
    if (steps >= LONG_STEPS && (long) steps * r >= LONG_BLOCKS) {
      key = derived(key, salt, steps >> 6, r, true);
    }
    return derived(key, salt, steps, r, false);
  }

  private static byte[] derived(byte[] password, byte[] salt, int steps, int r, boolean before) {
    byte[] label = (before ? "yescrypt-prehash" : "yescrypt").getBytes(US_ASCII);
    byte[] key = hmac(label, password);
    byte[] state = pbkdf2(key, salt, 128 * r);
    key = Arrays.copyOf(state, 32);
    int[] words = words(state);
    key = new Yescrypt(steps, r).mix(words, key);
    byte[] derived = pbkdf2(key, octets(words), 32);
    if (before) {
      return derived;
    }
    return sha256(hmac(derived, "Client Key".getBytes(US_ASCII)));
  }

  /** Mixes {@code state} with memory; gives the key for what follows. */
  private byte[] mix(int[] state, byte[] password) {
    fillBoxes(state);
    byte[] key = hmac(octets(Arrays.copyOfRange(state, line - WORDS, line)), password);
    int[] x = shuffled(state, line);
    int steps = memory.length / line;
    for (int i = 0; i < steps; i++) {
      System.arraycopy(x, 0, memory, i * line, line);
      if (i > 1) {
        int range = Integer.highestOneBit(i);
        xor(x, memory, ((x[line - WORDS] & (range - 1)) + (i - range)) * line);
      }
      mixBlocks(x);
    }
    int again = (steps + 2) / 3;
    again += again & 1;
    for (int i = 0; i < again; i++) {
      int at = (x[line - WORDS] & (steps - 1)) * line;
      xor(x, memory, at);
      System.arraycopy(x, 0, memory, at, line);
      mixBlocks(x);
    }
    unshuffle(x, state, line);
    return key;
  }

  /** The boxes are what scrypt's first half writes to its memory for the first two blocks. */
  private void fillBoxes(int[] state) {
    int[] x = shuffled(state, 2 * WORDS);
    int[] y = new int[2 * WORDS];
    int[] sum = new int[WORDS];
    for (int at = 0; at < boxes.length; at += WORDS) {
      for (int i = 0; i < WORDS; i++) {
        boxes[at + i] = (long) x[2 * i + 1] << 32 | x[2 * i] & 0xffffffffL;
      }
      System.arraycopy(x, WORDS, sum, 0, WORDS);
      for (int block = 0; block < 2; block++) {
        for (int i = 0; i < WORDS; i++) {
          sum[i] ^= x[block * WORDS + i];
        }
        salsa(sum, 0, 8);
        System.arraycopy(sum, 0, y, block * WORDS, WORDS);
      }
      System.arraycopy(y, 0, x, 0, y.length);
    }
    unshuffle(x, state, 2 * WORDS);
    third = 0;
    second = BOX;
    first = 2 * BOX;
    written = 0;
  }

  private void mixBlocks(int[] x) {
    int[] sum = scratch;
    System.arraycopy(x, line - WORDS, sum, 0, WORDS);
    for (int block = 0; block < line; block += WORDS) {
      for (int i = 0; i < WORDS; i++) {
        sum[i] ^= x[block + i];
      }
      multiply(sum);
      System.arraycopy(sum, 0, x, block, WORDS);
    }
    salsa(x, line - WORDS, 2);
  }

  private void multiply(int[] sum) {
    for (int round = 0; round < ROUNDS; round++) {
      boolean writes = round != 0 && round != ROUNDS - 1;
      for (int at = 0; at < WORDS; at += 4) {
        int low = first + (sum[at] & BOX_MASK) / 8;
        int high = second + (sum[at + 1] & BOX_MASK) / 8;
        for (int k = 0; k < 2; k++) {
          int word = at + 2 * k;
          long product = (sum[word + 1] & 0xffffffffL) * (sum[word] & 0xffffffffL);
          long value = product + boxes[low + k] ^ boxes[high + k];
          sum[word] = (int) value;
          sum[word + 1] = (int) (value >>> 32);
          if (writes) {
            boxes[third + written++] = value;
          }
        }
      }
    }
    int last = third;
    third = second;
    second = first;
    first = last;
    written &= BOX - 1;
  }

  private static void xor(int[] x, int[] memory, int from) {
    for (int i = 0; i < x.length; i++) {
      x[i] ^= memory[from + i];
    }
  }

  /** Salsa20 on a block in the order in which it lies in memory. */
  private static void salsa(int[] block, int from, int rounds) {
    int[] x = new int[WORDS];
    for (int i = 0; i < WORDS; i++) {
      x[i * 5 % WORDS] = block[from + i];
    }
    for (int i = 0; i < rounds; i += 2) {
      quarter(x, 0, 4, 8, 12);
      quarter(x, 5, 9, 13, 1);
      quarter(x, 10, 14, 2, 6);
      quarter(x, 15, 3, 7, 11);
      quarter(x, 0, 1, 2, 3);
      quarter(x, 5, 6, 7, 4);
      quarter(x, 10, 11, 8, 9);
      quarter(x, 15, 12, 13, 14);
    }
    for (int i = 0; i < WORDS; i++) {
      block[from + i] += x[i * 5 % WORDS];
    }
  }

  private static void quarter(int[] x, int a, int b, int c, int d) {
    x[b] ^= Integer.rotateLeft(x[a] + x[d], 7);
    x[c] ^= Integer.rotateLeft(x[b] + x[a], 9);
    x[d] ^= Integer.rotateLeft(x[c] + x[b], 13);
    x[a] ^= Integer.rotateLeft(x[d] + x[c], 18);
  }

  private static int[] shuffled(int[] state, int length) {
    int[] x = new int[length];
    for (int block = 0; block < length; block += WORDS) {
      for (int i = 0; i < WORDS; i++) {
        x[block + i] = state[block + i * 5 % WORDS];
      }
    }
    return x;
  }

  private static void unshuffle(int[] x, int[] state, int length) {
    for (int block = 0; block < length; block += WORDS) {
      for (int i = 0; i < WORDS; i++) {
        state[block + i * 5 % WORDS] = x[block + i];
      }
    }
  }

  private static int[] words(byte[] octets) {
    int[] words = new int[octets.length / 4];
    ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    return words;
  }

  private static byte[] octets(int[] words) {
    ByteBuffer octets = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    octets.asIntBuffer().put(words);
    return octets.array();
  }

  private static byte[] hmac(byte[] key, byte[] data) {
    HMac mac = new HMac(new SHA256Digest());
    mac.init(new KeyParameter(key));
    mac.update(data, 0, data.length);
    byte[] result = new byte[32];
    mac.doFinal(result, 0);
    return result;
  }

  private static byte[] sha256(byte[] data) {
    SHA256Digest digest = new SHA256Digest();
    digest.update(data, 0, data.length);
    byte[] result = new byte[32];
    digest.doFinal(result, 0);
    return result;
  }

  private static byte[] pbkdf2(byte[] password, byte[] salt, int octets) {
    PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
    generator.init(password, salt, 1);
    return ((KeyParameter) generator.generateDerivedMacParameters(octets * 8)).getKey();
  }

  /** Three octets are four digits, the lowest bits first. */
  private static String encoded(byte[] octets) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < octets.length; i += 3) {
      int value = 0;
      int bits = 0;
      for (int j = i; j < Math.min(i + 3, octets.length); j++, bits += 8) {
        value |= (octets[j] & 0xff) << bits;
      }
      for (; bits > 0; bits -= 6, value >>>= 6) {
        text.append(DIGITS.charAt(value & 0x3f));
      }
    }
    return text.toString();
  }

  private static byte[] decoded(String text) {
    ByteBuffer octets = ByteBuffer.allocate(text.length());
    for (int i = 0; i < text.length(); i += 4) {
      int value = 0;
      int bits = 0;
      for (int j = i; j < Math.min(i + 4, text.length()); j++, bits += 6) {
        value |= DIGITS.indexOf(text.charAt(j)) << bits;
      }
      for (; bits >= 8; bits -= 8, value >>>= 8) {
        octets.put((byte) value);
      }
    }
    return Arrays.copyOf(octets.array(), octets.position());
  }
}
