package org.postroom.smtp.subetha;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.subethamail.smtp.MessageHandlerFactory;

/**
 * The mails that handlers have begun with. Clients that give up a mail do not say so to anybody
 * here: it ends with the next one of its connection, or when it has taken too long; and of very
 * many the eldest of the host that has most of them. Threads share it.
 */
final class Handlings implements AutoCloseable {
  /** Longer than any mail takes: from its first recipient until its content is whole. */
  static final Duration LONGEST = Duration.ofHours(1);

  private final MessageHandlerFactory handlers;
  private final LongSupplier nanos;
  private final int most;

  /** By the mail's instance, the eldest first. */
  private final Map<String, Begun> begun = new LinkedHashMap<>();

  /** Instances by the ids of mails whose content has come; of those that have begun only. */
  private final Map<String, String> named = new HashMap<>();

  private record Begun(Handling handling, long at) {
    SessionContext session() {
      return handling.session();
    }
  }

  /**
   * None yet.
   *
   * @param nanos what time it is, as {@link System#nanoTime} says it
   * @param most how many there may be at once
   */
  Handlings(MessageHandlerFactory handlers, LongSupplier nanos, int most) {
    this.handlers = handlers;
    this.nanos = nanos;
    this.most = most;
  }

  /** The one of a mail, begun with its first recipient. */
  Handling of(SessionContext session, String sender) {
    List<Handling> ended = new ArrayList<>();
    Handling handling;
    synchronized (this) {
      Begun known = begun.get(session.id());
      if (known != null) {
        return known.handling();
      }
      long now = nanos.getAsLong();
      endGivenUp(session, now, ended);
      while (begun.size() >= most) {
        end(eldestOfMost(), ended);
      }
      handling = new Handling(handlers, session, sender);
      begun.put(session.id(), new Begun(handling, now));
    }
    ended.forEach(Handling::close);
    return handling;
  }

  private void endGivenUp(SessionContext session, long now, List<Handling> ended) {
    for (Begun one : List.copyOf(begun.values())) {
      if (now - one.at() > LONGEST.toNanos() || one.session().isOfConnection(session)) {
        end(one.session().id(), ended);
      }
    }
  }

  /** So that one host with very many does not end others' mails. */
  private String eldestOfMost() {
    Map<String, Integer> byHost = new HashMap<>();
    begun.values().forEach(one -> byHost.merge(one.session().host(), 1, Integer::sum));
    int theMost = byHost.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    Iterator<Begun> eldest = begun.values().iterator();
    SessionContext session = eldest.next().session();
    while (byHost.getOrDefault(session.host(), 0) < theMost) {
      session = eldest.next().session();
    }
    return session.id();
  }

  private void end(String instance, List<Handling> ended) {
    Begun one = begun.remove(instance);
    if (one != null) {
      named.values().remove(instance);
      ended.add(one.handling());
    }
  }

  /** A mail has an id by now. */
  synchronized void named(String instance, String id) {
    if (begun.containsKey(instance)) {
      named.put(id, instance);
    }
  }

  /** The one of the mail with that id, which is the caller's to close from now on. */
  synchronized Optional<Handling> begunFor(String id) {
    return Optional.ofNullable(named.remove(id)).map(begun::remove).map(Begun::handling);
  }

  @Override
  public void close() {
    List<Handling> all = new ArrayList<>();
    synchronized (this) {
      begun.values().forEach(one -> all.add(one.handling()));
      begun.clear();
      named.clear();
    }
    all.forEach(Handling::close);
  }
}
