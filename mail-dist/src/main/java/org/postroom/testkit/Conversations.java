package org.postroom.testkit;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.wire.Ear;

/**
 * What clients have said to a test's server and heard from it, and which of it were refusals. Of
 * many sessions only the last are kept. Threads share it.
 */
final class Conversations implements Ear {
  /** Sessions that are kept when they are over. */
  private static final int MOST_ENDED = 100;

  private static final int MOST_REFUSALS = 500;

  private final Map<String, Conversation> sessions = new LinkedHashMap<>();
  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();

  /** How many refusals there were, those that are not kept any more as well. */
  private int refused;

  /** How many of the sessions are over. */
  private int ended;

  @Override
  public synchronized void begun(String session, InetSocketAddress local, InetSocketAddress peer) {
    sessions.put(session, new Conversation(this::refused));
  }

  @Override
  public synchronized void heard(String session, boolean byPeer, byte[] octets) {
    Conversation conversation = sessions.get(session);
    if (conversation != null) {
      conversation.take(byPeer, octets);
    }
  }

  @Override
  public synchronized void ended(String session) {
    Conversation conversation = sessions.get(session);
    if (conversation == null || conversation.isEnded()) {
      return;
    }
    conversation.end();
    ended++;
    Iterator<Conversation> all = sessions.values().iterator();
    while (ended > MOST_ENDED && all.hasNext()) {
      if (all.next().isEnded()) {
        all.remove();
        ended--;
      }
    }
  }

  private void refused(Refusal refusal) {
    refused++;
    refusals.add(refusal);
    if (refusals.size() > MOST_REFUSALS) {
      refusals.removeFirst();
    }
  }

  /** How many refusals there have been. */
  synchronized int refused() {
    return refused;
  }

  /** Those that came behind the first {@code mark}, as far as they are kept. */
  synchronized List<Refusal> refusals(int mark) {
    List<Refusal> all = new ArrayList<>(refusals);
    int gone = refused - all.size();
    return List.copyOf(all.subList(Math.min(all.size(), Math.max(0, mark - gone)), all.size()));
  }

  /** Those that are kept. */
  synchronized List<Recording> all() {
    return sessions.values().stream().map(Conversation::recording).toList();
  }

  /** The last session in which the server has said {@code text}; empty when it is not kept. */
  synchronized Optional<String> saying(String text) {
    String found = null;
    for (Conversation one : sessions.values()) {
      found = one.hasSaid(text) ? one.toString() : found;
    }
    return Optional.ofNullable(found);
  }
}
