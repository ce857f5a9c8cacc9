package org.postroom.testkit.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Something that a client says, its answer, and what faults do to it. One session's own. */
final class Exchange {
  /** Null for what is no command of the protocol. */
  final @Nullable Verb verb;

  /** The command, or what else it is; as it may be shown. */
  final String shown;

  /** IMAP's; empty elsewhere. */
  final String tag;

  /** The address in it; empty where none is. */
  final String address;

  /** Octets that follow it (BDAT). */
  final long octets;

  /** No more content follows (BDAT). */
  final boolean isLast;

  /** The client has to hear something before it goes on. */
  boolean awaits;

  /** So many answers are to come: LMTP's content has one for each recipient. */
  int answers = 1;

  /** The answer goes on until a dot (POP3). */
  boolean isLong;

  /** We have said it, not the client, which hears no answer. */
  boolean isOurs;

  /** In the place of the answer. */
  @Nullable String reply;

  boolean losesAnswer;
  @Nullable SplittableRandom garbling;
  OptionalInt rate = OptionalInt.empty();
  final List<String> without = new ArrayList<>();
  final Meter sent = new Meter();
  final Meter answered = new Meter();

  /** A line of the answer that may be its last. */
  private @Nullable String kept;

  Exchange(
      @Nullable Verb verb, String shown, String tag, String address, long octets, boolean isLast) {
    this.verb = verb;
    this.shown = shown;
    this.tag = tag;
    this.address = address;
    this.octets = octets;
    this.isLast = isLast;
  }

  static Exchange of(Verb verb) {
    return new Exchange(verb, verb.name(), "", "", 0, false);
  }

  /** Keeps a line; gives the one that was kept. */
  Optional<String> keep(@Nullable String line) {
    Optional<String> before = Optional.ofNullable(kept);
    kept = line;
    return before;
  }
}
