package org.postroom.core.flow;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.QueueId;
import org.postroom.core.policy.Decision;
import org.postroom.core.policy.Moment;

/**
 * The last decisions about clients, senders and recipients, with every rule that was asked, for
 * whoever wonders why a mail was taken or refused. What is older is in the log. Threads share it.
 */
public final class RecentDecisions {
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
   * @param expanded whom a recipient comes to; empty where it was not asked
   */
  public record Entry(
      Instant at,
      String session,
      long generation,
      Optional<QueueId> mail,
      Decision decision,
      Optional<Expanded> expanded) {}

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
    Optional<Entry> first = all.stream().filter(entry -> isOf(entry, name)).findFirst();
    return first.map(one -> ofMail(all, one)).orElse(List.of());
  }

  private static List<Entry> ofMail(List<Entry> all, Entry first) {
    String mail = first.mail().orElseThrow().toString();
    List<Entry> found = new ArrayList<>();
    Optional<Entry> sender = Optional.empty();
    for (Entry entry : all) {
      if (!entry.session().equals(first.session())) {
        continue;
      }
      Moment moment = entry.decision().moment();
      if (entry == first) {
        sender.ifPresent(found::add);
      }
      if (isOf(entry, mail)
          || found.isEmpty() && moment == Moment.CONNECT
          || sender.isEmpty() && moment == Moment.HELO) {
        found.add(entry);
      } else if (moment == Moment.MAIL) {
        sender = Optional.of(entry);
      }
    }
    return found;
  }

  private static boolean isOf(Entry entry, String mail) {
    return entry.mail().filter(id -> id.toString().equals(mail)).isPresent();
  }
}
