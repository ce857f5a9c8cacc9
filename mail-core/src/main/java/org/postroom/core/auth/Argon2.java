package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.ref.SoftReference;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.postroom.core.secret.Secret;

/**
 * Argon2id password hashes (RFC 9106) in the PHC string form {@code
 * $argon2id$v=19$m=19456,t=2,p=1$salt$hash}. Only so many are computed at once, in the order in
 * which they are asked for: each takes {@link Cost#memoryKib} of heap, and a hundred log-ins must
 * not take two gigabytes. One computation leaves its memory to the next; the collector may have it
 * back while nobody logs in. Threads share it.
 */
public final class Argon2 {
  private static final int SALT_OCTETS = 16;
  private static final int HASH_OCTETS = 32;
  private static final Cost MOST = new Cost(1 << 20, 64, 16);
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{16,86})");

  private final Cost cost;
  private final SecureRandom random;
  private final Semaphore turns;
  private final Deque<SoftReference<Memory>> idle = new ConcurrentLinkedDeque<>();

  /**
   * What one hash costs.
   *
   * @param memoryKib memory in KiB
   * @param passes over the memory
   * @param lanes computed one after the other here
   */
  public record Cost(int memoryKib, int passes, int lanes) {
    /** 19 MiB and two passes: some ten milliseconds. */
    public static final Cost DEFAULT = new Cost(19_456, 2, 1);

    public Cost {
      if (lanes < 1 || passes < 1 || memoryKib < 8 * lanes) {
        throw new IllegalArgumentException("Argon2 cost out of range");
      }
    }
  }

  /**
   * A hasher.
   *
   * @param atOnce how many hashes may be computed at the same time
   */
  public Argon2(Cost cost, int atOnce, SecureRandom random) {
    this.cost = cost;
    this.random = random;
    this.turns = new Semaphore(atOnce, true);
  }

  /**
   * How many are computed at once, as a rule: at least two, so that one costly hash does not keep
   * all others waiting; beyond that half the processors, which have mail to move too.
   */
  public static int atOnce() {
    return Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors() / 2));
  }

  /** A new hash of {@code password}, with a salt of its own. */
  public String hash(Secret password) {
    byte[] salt = new byte[SALT_OCTETS];
    random.nextBytes(salt);
    byte[] hash = compute(password, salt, cost, HASH_OCTETS);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return String.format(
        Locale.ROOT,
        "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s",
        cost.memoryKib(),
        cost.passes(),
        cost.lanes(),
        base64.encodeToString(salt),
        base64.encodeToString(hash));
  }

  /** Whether {@code phc} is a hash of {@code password}; no when it is no such hash at all. */
  public boolean verify(Secret password, String phc) {
    Optional<Parsed> parsed = parse(phc);
    if (parsed.isEmpty()) {
      return false;
    }
    Parsed it = parsed.get();
    byte[] hash = compute(password, decode(it.salt), it.cost, decode(it.hash).length);
    return MessageDigest.isEqual(hash, decode(it.hash));
  }

  /** Whether {@code phc} was made at another cost than new ones are. */
  public boolean isOutdated(String phc) {
    return parse(phc).filter(it -> it.cost.equals(cost)).isEmpty();
  }

  private byte[] compute(Secret password, byte[] salt, Cost at, int length) {
    byte[] hash = new byte[length];
    turns.acquireUninterruptibly();
    Memory memory = memory();
    try (Secret prepared = Passwords.prepare(password)) {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(at.memoryKib())
              .withIterations(at.passes())
              .withParallelism(at.lanes())
              .withSalt(salt)
              .withBlockPool(memory)
              .build());
      generator.generateBytes(prepared.octets(), hash);
      return hash;
    } finally {
      idle.push(new SoftReference<>(memory));
      turns.release();
    }
  }

  /** What was used last and is still there, or new memory. */
  private Memory memory() {
    for (SoftReference<Memory> next = idle.poll(); next != null; next = idle.poll()) {
      Memory memory = next.get();
      if (memory != null) {
        return memory;
      }
    }
    return new Memory(cost.memoryKib());
  }

  private static Optional<Parsed> parse(String phc) {
    Matcher matcher = PHC.matcher(phc);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int memory = Integer.parseInt(matcher.group(1));
    int passes = Integer.parseInt(matcher.group(2));
    int lanes = Integer.parseInt(matcher.group(3));
    boolean usable =
        lanes >= 1
            && lanes <= MOST.lanes()
            && passes >= 1
            && passes <= MOST.passes()
            && memory >= 8 * lanes
            && memory <= MOST.memoryKib()
            && matcher.group(4).length() % 4 != 1
            && matcher.group(5).length() % 4 != 1;
    return usable
        ? Optional.of(
            new Parsed(new Cost(memory, passes, lanes), matcher.group(4), matcher.group(5)))
        : Optional.empty();
  }

  private static byte[] decode(String base64) {
    return Base64.getDecoder().decode(base64.getBytes(US_ASCII));
  }

  /**
   * The blocks of one computation at a time, a KiB each, empty between two of them. Keeps as many
   * as hashes of today's cost take; a costlier hash of old has the rest for itself.
   */
  private static final class Memory implements Argon2BytesGenerator.BlockPool {
    private final Argon2BytesGenerator.Block[] free;
    private int count;

    Memory(int blocks) {
      free = new Argon2BytesGenerator.Block[blocks];
    }

    @Override
    public Argon2BytesGenerator.Block allocate() {
      return count == 0 ? new Argon2BytesGenerator.Block() : free[--count];
    }

    @Override
    public void deallocate(Argon2BytesGenerator.Block block) {
      if (count < free.length) {
        free[count++] = block.clear();
      }
    }
  }

  private record Parsed(Cost cost, String salt, String hash) {
    @Override
    public String toString() {
      return "***";
    }
  }
}
