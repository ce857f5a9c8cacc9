package org.postroom.testkit.fault;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.door.Door;
import org.postroom.dist.operation.FaultRules;
import org.postroom.dist.operation.FaultRules.Happened;
import org.postroom.dist.operation.FaultRules.Listed;
import org.postroom.dist.operation.FaultRules.Wish;

/**
 * Faults as somebody outside of this process words them. What they can be is said by {@link When},
 * {@link StoreTrouble} and {@link NameTrouble}; here is found out only which of those is meant.
 */
final class WishedFaults implements FaultRules {
  /** Each is looked at for each command; whoever wants so many has forgotten to clear them. */
  private static final int MOST = 1_000;

  private static final String ALL_OF = "all-";
  private static final String ANYTHING = "*";
  private static final long MOST_TIMES = 1_000_000_000;
  private static final Duration LONGEST = Duration.ofDays(365);

  private final Faults faults;

  WishedFaults(Faults faults) {
    this.faults = faults;
  }

  @Override
  public synchronized String add(Wish wish) {
    if (faults.all().size() >= MOST) {
      throw misfit(MOST + " faults are set; expected faults clear");
    }
    Fault set =
        switch (wish.at()) {
          case "store" -> inStore(wish);
          case "dns" -> ofName(wish);
          default -> inSession(wish);
        };
    return set.toString();
  }

  private static IllegalArgumentException misfit(String text) {
    return new IllegalArgumentException(text);
  }

  // --- the store and names

  private Fault inStore(Wish wish) {
    checkNoSession(wish);
    StoreTrouble trouble =
        faults.store(
            Stream.of(StoreWork.values())
                .filter(one -> one.toString().equals(wish.of()))
                .findFirst()
                .orElseThrow(
                    () ->
                        misfit(
                            "the store does not "
                                + wish.of()
                                + "; expected accept, append, read or change")));
    count(wish.nth()).ifPresent(trouble::nth);
    count(wish.times()).ifPresent(trouble::times);
    checkNoText(wish);
    return switch (wish.act()) {
      case "full" -> trouble.full();
      case "unavailable" -> trouble.unavailable();
      default -> throw unknown(wish, "full or unavailable");
    };
  }

  private Fault ofName(Wish wish) {
    checkNoSession(wish);
    NameTrouble trouble = faults.dns(wish.of());
    count(wish.nth()).ifPresent(trouble::nth);
    count(wish.times()).ifPresent(trouble::times);
    if (wish.act().equals("times-out")) {
      return trouble.timesOut(seconds(wish));
    }
    checkNoText(wish);
    return switch (wish.act()) {
      case "unknown" -> trouble.isUnknown();
      case "fails" -> trouble.fails();
      default -> throw unknown(wish, "unknown, fails or times-out");
    };
  }

  private static void checkNoSession(Wish wish) {
    boolean hasSession =
        wish.from().isPresent()
            || wish.to().isPresent()
            || wish.session().isPresent()
            || wish.afterSent().isPresent()
            || wish.afterAnswered().isPresent()
            || wish.percent().isPresent();
    if (hasSession) {
      throw misfit(
          "at "
              + wish.at()
              + " there is no session; expected no more than nth and times to say when");
    }
  }

  // --- sessions

  private Fault inSession(Wish wish) {
    When when = when(wish);
    count(wish.times()).ifPresent(when::times);
    wish.from().ifPresent(when::from);
    wish.to().ifPresent(when::to);
    count(wish.session()).ifPresent(when::session);
    wish.afterSent().ifPresent(octets -> when.afterSent(octets(octets)));
    wish.afterAnswered().ifPresent(octets -> when.afterAnswered(octets(octets)));
    wish.percent().ifPresent(of -> when.withChance(of / 100.0));
    switch (wish.act()) {
      case "reply":
        return when.reply(text(wish, "the line that is answered"));
      case "delay":
        return when.delay(seconds(wish));
      case "throttle":
        return when.throttle((int) number(wish, "octets a second", Integer.MAX_VALUE));
      case "without":
        return when.without(text(wish, "a capability"));
      default:
        checkNoText(wish);
    }
    return switch (wish.act()) {
      case "drop" -> when.drop();
      case "hang-up" -> when.hangUp();
      case "stall" -> when.stall();
      case "lose-answer" -> when.loseAnswer();
      case "garble" -> when.garble();
      case "fail-tls" -> when.failTls();
      default ->
          throw unknown(
              wish,
              "reply, drop, hang-up, stall, lose-answer, delay, garble, throttle, without or"
                  + " fail-tls");
    };
  }

  private When when(Wish wish) {
    Protocol protocol = protocol(wish.at());
    Place place = wish.at().startsWith(ALL_OF) ? faults.at(protocol) : faults.at(door(wish.at()));
    Optional<Integer> nth = count(wish.nth());
    if (wish.of().equals(ANYTHING)) {
      if (nth.isPresent()) {
        throw misfit("of all commands none is the nth; expected one of " + Grammar.verbs(protocol));
      }
      return place.every();
    }
    Verb verb = verb(protocol, wish.of());
    return nth.map(time -> place.nth(time, verb)).orElseGet(() -> place.every(verb));
  }

  private static Protocol protocol(String at) {
    if (!at.startsWith(ALL_OF)) {
      return Protocol.at(door(at)).orElseThrow();
    }
    return Stream.of(Protocol.values())
        .filter(one -> at.equals(ALL_OF + one))
        .findFirst()
        .orElseThrow(() -> nowhere(at));
  }

  private static Door door(String at) {
    return Protocol.door(at).orElseThrow(() -> nowhere(at));
  }

  private static IllegalArgumentException nowhere(String at) {
    return misfit(
        "nothing happens at "
            + at
            + "; expected a listener's name, all-smtp, all-lmtp, all-pop3, all-imap, store or dns");
  }

  private static Verb verb(Protocol protocol, String name) {
    return Verb.of(protocol)
        .filter(one -> one.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                misfit(
                    protocol.name() + " has no " + name + "; it has " + Grammar.verbs(protocol)));
  }

  // --- what it is said with

  private static IllegalArgumentException unknown(Wish wish, String expected) {
    return misfit(
        "\"" + wish.act() + "\" does not happen at " + wish.at() + "; expected " + expected);
  }

  private static String text(Wish wish, String what) {
    return wish.text().orElseThrow(() -> misfit(wish.act() + " needs a text: " + what));
  }

  private static void checkNoText(Wish wish) {
    wish.text()
        .ifPresent(
            text -> {
              throw misfit(wish.act() + " has no text: " + text);
            });
  }

  private static Duration seconds(Wish wish) {
    return Duration.ofSeconds(number(wish, "seconds", LONGEST.toSeconds()));
  }

  private static long number(Wish wish, String what, long most) {
    String text = text(wish, what);
    try {
      long number = Long.parseLong(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same as one that is out of bounds.
    }
    throw misfit(wish.act() + " " + text + ": expected " + what + ", from 1 to " + most);
  }

  private static Optional<Integer> count(Optional<Long> given) {
    return given.map(
        number -> {
          if (number < 1 || number > MOST_TIMES) {
            throw misfit(number + ": expected a number from 1 to " + MOST_TIMES);
          }
          return number.intValue();
        });
  }

  private static long octets(long given) {
    if (given < 0) {
      throw misfit(given + " octets: expected 0 or more");
    }
    return given;
  }

  // --- what has come of them

  @Override
  public Listed list() {
    return new Listed(
        faults.seed(),
        faults.all().stream().map(Fault::toString).toList(),
        faults.unused().stream().map(Fault::toString).toList(),
        faults.fired().stream()
            .map(
                one ->
                    new Happened(
                        one.fault().toString(),
                        one.session(),
                        one.command(),
                        one.time().toString()))
            .toList());
  }

  @Override
  public synchronized void clear(Optional<Long> seed) {
    faults.clear();
    seed.ifPresent(faults::seed);
  }
}
