package org.postroom.dist.applet.doveadm;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * A search query of doveadm-search-query(7): the words of IMAP's SEARCH with {@code OR} between
 * what it joins, {@code mailbox} beside them, and times such as {@code 30d}.
 */
final class Query {
  private final QueryKey key;

  private Query(QueryKey key) {
    this.key = key;
  }

  /**
   * Reads words.
   *
   * @throws Ended for what is no query
   */
  static Query of(List<String> words, Clock clock, ZoneId zone) {
    return new Query(new QueryReading(words, LocalDate.now(clock.withZone(zone))).query());
  }

  /**
   * This, for a command after which messages are not where they were.
   *
   * @throws Ended where a mailbox, or what is meant in it, is not said on every way to a message
   */
  Query careful(String command) {
    if (!key.saysWhere()) {
      throw Ended.fatal(
          Ended.USAGE,
          command
              + ": To avoid accidents, search query must contain MAILBOX in all search branches");
    }
    if (!key.saysWhat()) {
      throw Ended.fatal(
          Ended.USAGE,
          command
              + ": To avoid accidents, each branch in search query must contain something else"
              + " besides MAILBOX (e.g. just add \"all\" if you want everything)");
    }
    return this;
  }

  /** Whether there may be something of it in a mailbox. */
  boolean isIn(String mailbox) {
    return key.isIn(mailbox);
  }

  /** What it is for IMAP's SEARCH within a mailbox. */
  String program(String mailbox) {
    return key.program(mailbox);
  }

  /** A mailbox that is asked for by its name, and is not among those that there are. */
  Optional<String> missing(List<String> mailboxes) {
    return key.named().stream()
        .filter(name -> mailboxes.stream().noneMatch(Mask.ofMailboxes(name)::fits))
        .findFirst();
  }
}
