package org.postroom.smtp.subetha;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.subethamail.smtp.MessageHandlerFactory;

/**
 * The mails that handlers have begun with. Clients that give up a mail do not say so to anybody
 * here: of very many the eldest end. Threads share it.
 */
final class Handlings implements AutoCloseable {
  private static final int MOST = 10_000;

  private final MessageHandlerFactory handlers;

  /** By the mail's instance, the eldest first. */
  private final Map<String, Handling> begun = new LinkedHashMap<>();

  /** Instances by the ids of mails whose content has come; of those that have begun only. */
  private final Map<String, String> named = new HashMap<>();

  Handlings(MessageHandlerFactory handlers) {
    this.handlers = handlers;
  }

  /** The one of a mail, begun with its first recipient. */
  Handling of(SessionContext session, String sender) {
    List<Handling> ended = new ArrayList<>();
    Handling handling;
    synchronized (this) {
      handling = begun.computeIfAbsent(session.id(), id -> new Handling(handlers, session, sender));
      Iterator<Handling> eldest = begun.values().iterator();
      while (begun.size() > MOST && eldest.hasNext()) {
        Handling one = eldest.next();
        eldest.remove();
        named.values().remove(one.id());
        ended.add(one);
      }
    }
    ended.forEach(Handling::close);
    return handling;
  }

  /** A mail has an id by now. */
  synchronized void named(String instance, String id) {
    if (begun.containsKey(instance)) {
      named.put(id, instance);
    }
  }

  /** The one of the mail with that id, which is the caller's to close from now on. */
  synchronized Optional<Handling> begunFor(String id) {
    return Optional.ofNullable(named.remove(id)).map(begun::remove);
  }

  @Override
  public void close() {
    List<Handling> all;
    synchronized (this) {
      all = new ArrayList<>(begun.values());
      begun.clear();
      named.clear();
    }
    all.forEach(Handling::close);
  }
}
