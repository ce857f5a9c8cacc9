package org.postroom.core.auth;

import java.lang.ref.SoftReference;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
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

    /** Next to nothing: of passwords that guard nothing, such as those that tests make. */
    public static final Cost CHEAP = new Cost(64, 1, 1);

    public Cost {
      if (lanes < 1 || passes < 1 || memoryKib < 8 * lanes) {
        throw new IllegalArgumentException("Argon2 cost out of range");
      }
    }
  }

  /**
   * How much goes into hashing.
   *
   * @param cost of new hashes
   * @param atOnce how many are computed at the same time
   */
  public record Effort(Cost cost, int atOnce) {
    /** What passwords that are kept are worth, as many at once as this machine bears. */
    public static Effort ofTheMachine() {
      return new Effort(Cost.DEFAULT, Argon2.atOnce());
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
   * all others waiting; beyond that half the processors, which have mail to move too. Where two
   * took more than a fifth of the heap, one: somebody guesses all the time, so that what hashes
   * take is never free.
   */
  public static int atOnce() {
    Runtime machine = Runtime.getRuntime();
    long room = machine.maxMemory() / 5 / (Cost.DEFAULT.memoryKib() * 1024L);
    int wanted = Math.max(2, Math.min(8, machine.availableProcessors() / 2));
    return (int) Math.max(1, Math.min(wanted, room));
  }

  /** A new hash of {@code password}, with a salt of its own. */
  public String hash(Secret password) {
    byte[] salt = new byte[SALT_OCTETS];
    random.nextBytes(salt);
    byte[] hash =
        inTurn(
            password,
            (octets, memory) ->
                Argon2Hash.compute(
                    octets,
                    Argon2Parameters.ARGON2_id,
                    Argon2Parameters.ARGON2_VERSION_13,
                    cost,
                    salt,
                    HASH_OCTETS,
                    memory));
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
    return parse(phc).filter(hash -> matches(password, hash)).isPresent();
  }

  /** Whether {@code phc} was made at another cost than new ones are. */
  public boolean isOutdated(String phc) {
    return parse(phc).filter(it -> it.cost().equals(cost)).isEmpty();
  }

  private boolean matches(Secret password, Argon2Hash hash) {
    return inTurn(password, (octets, memory) -> hash.matches(octets, memory));
  }

  private interface Work<T> {
    T with(byte[] octets, Memory memory);
  }

  private <T> T inTurn(Secret password, Work<T> work) {
    turns.acquireUninterruptibly();
    Memory memory = memory();
    try (Secret prepared = Passwords.prepare(password)) {
      return work.with(prepared.octets(), memory);
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

  private static Optional<Argon2Hash> parse(String phc) {
    return Argon2Hash.parse(phc).filter(Argon2Hash::isArgon2id).filter(it -> isUsable(it.cost()));
  }

  private static boolean isUsable(Cost cost) {
    return cost.lanes() <= MOST.lanes()
        && cost.passes() <= MOST.passes()
        && cost.memoryKib() <= MOST.memoryKib();
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
}
