package org.postroom.core.flow;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mail.QueueId;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;

/**
 * The last decisions about clients, senders and recipients, with every rule that was asked, for
 * whoever wonders why a mail was taken or refused. What is older is in the log. Threads share it.
 */
public final class RecentDecisions {
  private static final Set<Moment> BEFORE_A_MAIL =
      Collections.unmodifiableSet(EnumSet.of(Moment.CONNECT, Moment.HELO, Moment.MAIL));

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final int most;

  /** Keeps the last {@code most}. */
  public RecentDecisions(int most) {
    this.most = most;
  }

  /**
   * One of them.
   *
   * @param session in whose conversation, as the log names it
   * @param generation by which configuration
   * @param mail what the mail is called; empty where nothing of one has been taken by then
   * @param expanded whom a recipient comes to, of very many the first; empty where it was not asked
   */
  public record Entry(
      Instant at,
      String session,
      long generation,
      Optional<QueueId> mail,
      Decision decision,
      Optional<Expanded> expanded) {

    /** A list is as long as its owner likes, and strangers say how often it is asked for. */
    private static final int MOST_TARGETS = 20;

    public Entry {
      expanded = expanded.map(whole -> whole.first(MOST_TARGETS));
    }
  }

  public synchronized void keep(Entry entry) {
    if (entries.size() == most) {
      entries.removeFirst();
    }
    entries.addLast(entry);
  }

  /** Those that are kept, the oldest first. */
  public synchronized List<Entry> all() {
    return List.copyOf(entries);
  }

  /**
   * Those of a session, or of a mail: then with what was decided about its client and its sender
   * before it had a name.
   *
   * @param name as the log has it
   */
  public List<Entry> of(String name) {
    List<Entry> all = all();
    List<Entry> found = all.stream().filter(entry -> entry.session().equals(name)).toList();
    if (!found.isEmpty()) {
      return found;
    }
    Optional<Entry> named = all.stream().filter(entry -> isOf(entry, name)).findFirst();
    return named
        .map(
            one ->
                ofMail(
                    all.stream().filter(entry -> entry.session().equals(one.session())).toList(),
                    name))
        .orElse(List.of());
  }

  /**
   * Of one session's decisions those about a mail, the last of each kind before them, and the
   * recipients that were refused before the first one was taken.
   */
  private static List<Entry> ofMail(List<Entry> session, String mail) {
    EnumMap<Moment, Entry> before = new EnumMap<>(Moment.class);
    List<Entry> refused = new ArrayList<>();
    List<Entry> found = new ArrayList<>();
    for (Entry entry : session) {
      Moment moment = entry.decision().moment();
      if (isOf(entry, mail)) {
        found.add(entry);
      } else if (found.isEmpty() && entry.mail().isPresent()) {
        refused.clear(); // of another mail
      } else if (found.isEmpty() && BEFORE_A_MAIL.contains(moment)) {
        before.put(moment, entry);
        refused.clear();
      } else if (found.isEmpty() && moment == Moment.RECIPIENT) {
        refused.add(entry);
      }
    }
    found.addAll(0, refused);
    found.addAll(0, before.values());
    return found;
  }

  private static boolean isOf(Entry entry, String mail) {
    return entry.mail().filter(id -> id.toString().equals(mail)).isPresent();
  }
}
