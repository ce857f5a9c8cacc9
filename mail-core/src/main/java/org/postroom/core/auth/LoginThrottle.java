package org.postroom.core.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.people.Person;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.Timers;

/**
 * Says when an attempt to log in is looked at: <em>before</em> anybody looks at the password, so
 * that a guess that is not waited for was not made. It counts the failures of a client's network
 * (IPv4 /24, IPv6 /64) and keeps them for 15 minutes of peace.
 *
 * <pre>
 * failures of the network   its attempts are looked at
 * none                      at once, four at a time, up to 1000 more in line
 * 1 to 4                    one at a time, half a second after the last failure
 * 5, 6, 7, 8                one at a time, 2, 4, 8, 12 s after it
 * 9 and more                one at a time, 15 s after it
 * 5 and more, for an account that was guessed at 20 times, wherever from
 *                           one at a time, 5 minutes after it
 * </pre>
 *
 * <p>Once there are failures, at most four are in line, and who cannot have a turn within 10 s is
 * refused for now: with the delay of the answer itself nobody hears later than after 15 s that a
 * password was wrong, and who mistypes it some times in a row waits for that delay only. Where
 * there are none the line is long because hashing is slow, and most who wait are right: they are
 * refused after 30 s, before their clients give up. What keeps this from hitting others than who
 * guesses:
 *
 * <ul>
 *   <li>The same wrong password again is no further failure: a telephone with the old one counts
 *       once, however often it tries. (Seen where a password is sent; SCRAM hides it.)
 *   <li>An account that has logged in from a network is looked at at once there, whatever its
 *       neighbours do, up to 8 failures of its own.
 *   <li>An account that logs in from a network for the first time takes one failure off it: a
 *       company behind one address outweighs its typing errors. The same account again does not, so
 *       that nobody buys guesses with an account of his own.
 *   <li>No count of an account ever refuses the first five attempts of a network: its owner logs in
 *       at once from elsewhere, while it is guessed at.
 * </ul>
 *
 * <p>What it costs to guess. From one network, at one account or at many: a dozen passwords in the
 * first minute, 4 a minute from then on, 240 an hour. From the network of the account's owner 8
 * more in 15 minutes. At one account from many networks: 5 a network, then 12 an hour each, as long
 * as it goes on. At many accounts from many networks nothing holds but the cost of hashing, which
 * {@code LogIns} shares out by network. Who owns an IPv6 /48 owns 65,536 networks.
 *
 * <p>Remembers limited numbers, those that failed or came last, and no password: a keyed hash of
 * some wrong ones. Threads share it; while it holds its lock it asks nothing but {@link
 * Waiting#hasLeft} and {@link Waiting#mayHaveLeft}.
 */
public final class LoginThrottle {
  private static final Duration MEMORY = Duration.ofMinutes(15);

  /** In line, of a network that has failed. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** The same of one that has not. */
  private static final Duration LONGEST_CLEAN_WAIT = Duration.ofSeconds(30);

  /** Milliseconds from a network's last failure to its next turn, by the number of failures. */
  private static final int[] GAPS = {0, 500, 500, 500, 500, 2000, 4000, 8000, 12_000, 15_000};

  /** The same for an account that is guessed at from everywhere. */
  private static final Duration HUNTED_GAP = Duration.ofMinutes(5);

  private static final int HUNTED = 20;
  private static final int FIRST_TRIES = 5;

  /** Of a network without failures, at a time and in line. */
  private static final int AT_ONCE = 4;

  private static final int IN_LINE = 1000;

  /** The same in line, of one that has failed. */
  private static final int FEW_IN_LINE = 4;

  /** Failures of an account where it is at home. */
  private static final int AT_HOME = 8;

  /** How long a line stands still when who had its turn found no place for being looked at. */
  private static final Duration STANDSTILL = Duration.ofMillis(500);

  private static final int REMEMBERED_NETWORKS = 10_000;
  private static final int REMEMBERED_HOMES = 20_000;

  private final Timers timers;
  private final boolean off;
  private final Fingerprints fingerprints;
  private final Map<ClientNetwork, Line> lines = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Home, Tries> homes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Tries> accounts = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * What those in line are still to be told. Who tells it is told to by nobody else: a turn that is
   * given back at once gives the next one, and a long line would be as many calls deep.
   */
  private final Queue<Runnable> calls = new ArrayDeque<>();

  private boolean telling;

  /**
   * A throttle.
   *
   * @param random for the key of what is remembered of passwords
   */
  public LoginThrottle(Timers timers, RandomGenerator random) {
    this(timers, random, false);
  }

  private LoginThrottle(Timers timers, RandomGenerator random, boolean off) {
    this.timers = timers;
    this.fingerprints = new Fingerprints(random);
    this.off = off;
  }

  /** One that lets everybody have a turn at once. */
  public static LoginThrottle off(Timers timers, RandomGenerator random) {
    return new LoginThrottle(timers, random, true);
  }

  /** Somebody in line. Called from any thread; each call is short. */
  public interface Waiting {

    /** Whether nobody waits for the answer any more. */
    boolean hasLeft();

    /** Whether its client has ended its side: it has left, or waits for the answer. */
    boolean mayHaveLeft();

    /** The turn has come. Not called for who has left. */
    void turn(Turn turn);

    /** The turn will not come: the network has failed meanwhile, or others need the place. */
    void refused();
  }

  /** What becomes of an attempt. */
  public sealed interface Admission {

    /** It is looked at now. */
    record Now(Turn turn) implements Admission {}

    /** It is in line; {@link Waiting} hears. */
    record Later() implements Admission {}

    /** It is not looked at; the client may come again. */
    record Refused() implements Admission {}
  }

  /** The right to look at one attempt. Must be given back by exactly one of its ends. */
  public final class Turn {
    private final ClientNetwork network;
    private final long account;
    private final @Nullable Line line;
    private final @Nullable Tries home;
    private final @Nullable Place place;
    private final boolean isCounted;

    private Turn(
        ClientNetwork network,
        long account,
        @Nullable Line line,
        @Nullable Tries home,
        @Nullable Place place) {
      this(network, account, line, home, place, true);
    }

    private Turn(
        ClientNetwork network,
        long account,
        @Nullable Line line,
        @Nullable Tries home,
        @Nullable Place place,
        boolean isCounted) {
      this.isCounted = isCounted;
      this.network = network;
      this.account = account;
      this.line = line;
      this.home = home;
      this.place = place;
    }

    /** Whether the account has logged in from this network before. */
    public boolean isAtHome() {
      return home != null;
    }

    ClientNetwork network() {
      return network;
    }

    /** It is who it says. */
    public void right() {
      end(() -> succeeded(this));
    }

    /**
     * It is not.
     *
     * @param password what it said, where that was seen
     */
    public void wrong(Optional<Secret> password) {
      long print = password.map(said -> fingerprints.of(account, said)).orElse(0L);
      end(() -> failed(this, print));
    }

    /** Nobody looked: the client has left, or the store cannot be asked. */
    public void unused() {
      end(() -> {});
    }

    /**
     * Nobody can look just now: goes back to the head of its line, which stands still for a moment,
     * and hears again.
     *
     * @return false when it has not been in line: then it is not given back
     */
    public boolean putOff() {
      Line waits = line;
      Place again = place;
      if (waits == null || again == null) {
        return false;
      }
      end(
          () -> {
            waits.queue.addFirst(again);
            waits.standsUntil = timers.nanoTime() + STANDSTILL.toNanos();
          });
      return true;
    }

    private void end(Runnable verdict) {
      if (isCounted) {
        synchronized (LoginThrottle.this) {
          if (home != null) {
            home.looking--;
          }
          if (line != null) {
            line.looking--;
          }
          verdict.run();
          next(network);
        }
        tell();
      }
    }
  }

  /**
   * Somebody comes to log in.
   *
   * @param login the one that the client means, so that no spelling of it has a count of its own
   * @param waiting hears when the answer is {@link Admission.Later}; perhaps before this returns
   */
  public Admission admit(InetAddress client, String login, Waiting waiting) {
    ClientNetwork network = ClientNetwork.of(client);
    long account = fingerprints.of(Person.loginOf(login));
    if (off) {
      return uncounted(network, account);
    }
    Admission admission;
    synchronized (this) {
      admission = admit(network, account, waiting);
      if (admission instanceof Admission.Later) {
        next(network);
      }
    }
    tell();
    return admission;
  }

  /** The same for somebody whom who lets him in counts himself: it is his turn at once. */
  public Admission admitUncounted(InetAddress client, String login) {
    return uncounted(ClientNetwork.of(client), fingerprints.of(Person.loginOf(login)));
  }

  private Admission uncounted(ClientNetwork network, long account) {
    return new Admission.Now(new Turn(network, account, null, null, null, false));
  }

  /** Tells those in line what there is for them, unless that is being done already. */
  private void tell() {
    synchronized (this) {
      if (telling) {
        return;
      }
      telling = true;
    }
    boolean done = false;
    try {
      for (Runnable call = nextCall(); call != null; call = nextCall()) {
        call.run();
      }
      done = true;
    } finally {
      if (!done) {
        stopTelling(); // an error: who comes next tells the others
      }
    }
  }

  private synchronized @Nullable Runnable nextCall() {
    Runnable call = calls.poll();
    telling = call != null;
    return call;
  }

  private synchronized void stopTelling() {
    telling = false;
  }

  /** How many networks have failures, or somebody in line. */
  synchronized int networks() {
    return lines.size();
  }

  private Admission admit(ClientNetwork network, long account, Waiting waiting) {
    long now = timers.nanoTime();
    Tries home = homes.get(new Home(network, account));
    if (home != null && home.failures(now) + home.looking < AT_HOME) {
      home.looking++;
      return new Admission.Now(new Turn(network, account, null, home, null));
    }
    Line line = lines.computeIfAbsent(network, key -> new Line(now));
    boolean clean = line.tries.failures(now) == 0;
    if (clean && line.queue.isEmpty() && line.looking < AT_ONCE) {
      line.looking++;
      return new Admission.Now(new Turn(network, account, line, null, null));
    }
    if (!clean && line.isIdle() && wait(line, account, now) == 0) {
      line.looking++;
      return new Admission.Now(new Turn(network, account, line, null, null));
    }
    if (isFull(line, account, now) && !makesPlace(line, account, waiting, now)) {
      forgetIdle(network, line, now);
      return new Admission.Refused();
    }
    line.queue.add(new Place(account, now, waiting));
    return new Admission.Later();
  }

  /**
   * Finds a place in a full line for who has just come: those of the ones who have left, or else of
   * as many of those who may have as it takes, from the last on. Nobody goes for one of its equals,
   * nor where that would make no place.
   */
  private boolean makesPlace(Line line, long account, Waiting comer, long now) {
    line.queue.removeIf(place -> place.waiting.hasLeft());
    List<Place> going = new ArrayList<>();
    Iterator<Place> last = line.queue.descendingIterator();
    while (isFull(line, line.queue.size() - going.size(), account, now)) {
      if (comer.mayHaveLeft() || !last.hasNext()) {
        return false;
      }
      Place place = last.next();
      if (place.waiting.mayHaveLeft()) {
        going.add(place);
      }
    }
    for (Place place : going) {
      line.queue.removeLastOccurrence(place);
      calls.add(place.waiting::refused);
    }
    return true;
  }

  private boolean isFull(Line line, long account, long now) {
    return isFull(line, line.queue.size(), account, now);
  }

  /** Whether one more in line would wait too long, should all the {@code waiting} ones fail. */
  private boolean isFull(Line line, int waiting, long account, long now) {
    if (line.tries.failures(now) == 0) {
      return waiting >= IN_LINE;
    }
    if (waiting >= FEW_IN_LINE) {
      return true;
    }
    long ahead = (waiting + line.looking) * gap(line, account, now);
    return wait(line, account, now) + ahead > LONGEST_WAIT.toNanos();
  }

  /** Lets those of a network have their turn who may now, and sees to it that others will. */
  private void next(ClientNetwork network) {
    Line line = lines.get(network);
    if (line == null) {
      return;
    }
    long now = timers.nanoTime();
    while (true) {
      Place place = line.queue.peek();
      if (place == null) {
        forgetIdle(network, line, now);
        return;
      }
      if (place.waiting.hasLeft()) {
        line.queue.remove();
        continue;
      }
      if (line.looking >= (line.tries.failures(now) == 0 ? AT_ONCE : 1)) {
        return; // who is looked at ends, and comes here
      }
      long wait = wait(line, place.account, now);
      if (isTooLate(line, place, wait, now)) {
        line.queue.remove();
        calls.add(place.waiting::refused);
        continue;
      }
      if (wait > 0) {
        wake(network, line, wait);
        return;
      }
      line.queue.remove();
      line.looking++;
      Turn turn = new Turn(network, place.account, line, null, place);
      calls.add(() -> place.waiting.turn(turn));
    }
  }

  private void wake(ClientNetwork network, Line line, long wait) {
    if (line.timer != null) {
      line.timer.cancel();
    }
    line.timer =
        timers.after(
            Duration.ofNanos(wait),
            () -> {
              synchronized (this) {
                next(network);
              }
              tell();
            });
  }

  private void succeeded(Turn turn) {
    Tries home = turn.home;
    if (home == null) {
      Tries before = homes.putIfAbsent(new Home(turn.network, turn.account), new Tries());
      forgetEldest(homes, REMEMBERED_HOMES);
      if (before == null && turn.line != null) {
        turn.line.tries.forgive();
      }
    }
  }

  private void failed(Turn turn, long password) {
    long now = timers.nanoTime();
    Tries home = turn.home;
    if (home != null) {
      home.fail(now, password);
      return;
    }
    Line line = turn.line;
    if (line == null || !line.tries.fail(now, password)) {
      return;
    }
    accounts.computeIfAbsent(turn.account, key -> new Tries()).fail(now, 0);
    forgetEldest(accounts, REMEMBERED_NETWORKS);
    forgetEldest();
    refuseLate(line, now);
  }

  /** There is one failure more, so that those in line wait longer: some of them too long. */
  private void refuseLate(Line line, long now) {
    long wait = 0;
    int kept = 0;
    for (Iterator<Place> places = line.queue.iterator(); places.hasNext(); ) {
      Place place = places.next();
      long until = wait + gap(line, place.account, now);
      if (place.waiting.hasLeft()) {
        places.remove();
      } else if (kept == FEW_IN_LINE || isTooLate(line, place, until, now)) {
        places.remove();
        calls.add(place.waiting::refused);
      } else {
        wait = until;
        kept++;
      }
    }
  }

  private static boolean isTooLate(Line line, Place place, long wait, long now) {
    Duration longest = line.tries.failures(now) == 0 ? LONGEST_CLEAN_WAIT : LONGEST_WAIT;
    return now - place.since + wait > longest.toNanos();
  }

  /** How long until the next turn of a line, when it is that account's. */
  private long wait(Line line, long account, long now) {
    long gap = gap(line, account, now);
    long standing = Math.max(0, line.standsUntil - now);
    return gap == 0 ? standing : Math.max(standing, line.tries.last + gap - now);
  }

  private long gap(Line line, long account, long now) {
    int failures = line.tries.failures(now);
    Tries everywhere = failures < FIRST_TRIES ? null : accounts.get(account);
    return everywhere != null && everywhere.failures(now) >= HUNTED
        ? HUNTED_GAP.toNanos()
        : Duration.ofMillis(GAPS[Math.min(failures, GAPS.length - 1)]).toNanos();
  }

  private void forgetIdle(ClientNetwork network, Line line, long now) {
    if (line.isIdle() && line.tries.failures(now) == 0) {
      lines.remove(network);
    }
  }

  private void forgetEldest() {
    Iterator<Line> eldest = lines.values().iterator();
    while (lines.size() > REMEMBERED_NETWORKS && eldest.hasNext()) {
      if (eldest.next().isIdle()) {
        eldest.remove();
      }
    }
  }

  private static <K> void forgetEldest(Map<K, Tries> memory, int most) {
    if (memory.size() > most) {
      Iterator<K> eldest = memory.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** An account in a network from which it has logged in. */
  private record Home(ClientNetwork network, long account) {}

  private record Place(long account, long since, Waiting waiting) {}

  /** Those of a network that are looked at or wait for it. */
  private static final class Line {
    final Tries tries = new Tries();
    final Deque<Place> queue = new ArrayDeque<>();
    int looking;

    /** Nobody has a turn before. */
    long standsUntil;

    Timers.@Nullable Timer timer;

    Line(long now) {
      standsUntil = now;
    }

    boolean isIdle() {
      return looking == 0 && queue.isEmpty();
    }
  }

  /** Failures, until there is peace for a while. */
  private static final class Tries {
    private static final int PASSWORDS = 8;

    private int failures;
    private long @Nullable [] passwords;
    long last;
    int looking;

    int failures(long now) {
      if (failures > 0 && now - last > MEMORY.toNanos()) {
        failures = 0;
        passwords = null;
      }
      return failures;
    }

    /**
     * Counts one.
     *
     * @param password what was wrong; 0 when that is not known
     * @return false when it was wrong before, which counts once
     */
    boolean fail(long now, long password) {
      boolean known = failures(now) > 0 && isKnown(password);
      last = now;
      if (known) {
        return false;
      }
      failures++;
      if (password != 0) {
        if (passwords == null) {
          passwords = new long[PASSWORDS];
        }
        passwords[failures % PASSWORDS] = password;
      }
      return true;
    }

    private boolean isKnown(long password) {
      if (password != 0 && passwords != null) {
        for (long one : passwords) {
          if (one == password) {
            return true;
          }
        }
      }
      return false;
    }

    void forgive() {
      failures = Math.max(0, failures - 1);
    }
  }
}
