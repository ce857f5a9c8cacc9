package org.postroom.core.testing.imap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A mailbox as one client knows it, from what the server says and nothing else; each line that
 * contradicts what was said before is an {@link AssertionError}. The rules are RFC 3501's and those
 * of the stress mode of imaptest.
 */
public final class MailboxModel {
  private final SharedFacts facts;
  private final String session;
  private final boolean readOnly;
  private final List<Message> messages = new ArrayList<>();
  private final Set<Long> expunged = new HashSet<>();
  private Set<String> flags = Set.of();
  private boolean open;

  private static final class Message {
    private long uid;
    private Set<String> flags;
  }

  /**
   * A mailbox that is being selected.
   *
   * @param session unique for each selection, for failures and for who owns {@code \Recent}
   */
  public MailboxModel(SharedFacts facts, String session, boolean readOnly) {
    this.facts = facts;
    this.session = session;
    this.readOnly = readOnly;
  }

  /** The SELECT has been answered: from now on the rules for changes hold. */
  public void opened() {
    open = true;
  }

  /** How many messages there are. */
  public int size() {
    return messages.size();
  }

  public boolean isReadOnly() {
    return readOnly;
  }

  /** The UID behind a number; 0 while it was not told. */
  public long uid(int number) {
    return messages.get(number - 1).uid;
  }

  /** The UIDs that are known. */
  public List<Long> uids() {
    return messages.stream().map(message -> message.uid).filter(uid -> uid > 0).toList();
  }

  /** The flags by UID, {@code \Recent} left out, where both are known. */
  public Map<Long, Set<String>> flagsByUid() {
    Map<Long, Set<String>> all = new TreeMap<>();
    for (Message message : messages) {
      if (message.uid > 0 && message.flags != null) {
        Set<String> kept = new HashSet<>(message.flags);
        kept.remove("\\recent");
        all.put(message.uid, kept);
      }
    }
    return all;
  }

  /** {@code * n EXISTS}. */
  public void exists(int count) {
    check(count >= messages.size(), "the number of messages fell to " + count);
    check(!open || count > messages.size(), "EXISTS although nothing is new");
    while (messages.size() < count) {
      messages.add(new Message());
    }
  }

  /** {@code * n RECENT}. */
  public void recent(int count) {
    check(count <= messages.size(), count + " recent of " + messages.size());
  }

  /** {@code * FLAGS (...)}. */
  public void flags(Set<String> names) {
    Set<String> lower = lower(names);
    check(lower.containsAll(flags), "FLAGS lost some of " + flags + ": " + lower);
    flags = lower;
  }

  /** {@code * n EXPUNGE}. */
  public void expunge(int number) {
    checkNumber(number, "EXPUNGE");
    Message message = messages.remove(number - 1);
    if (message.uid > 0) {
      expunged.add(message.uid);
    }
  }

  /** {@code * n FETCH (...)}: names in upper case, lists and literals as text. */
  public void fetch(int number, Map<String, String> items) {
    checkNumber(number, "FETCH");
    Message message = messages.get(number - 1);
    if (items.containsKey("UID")) {
      learnUid(number, Long.parseLong(items.get("UID")));
    }
    if (items.containsKey("FLAGS")) {
      learnFlags(message, items.get("FLAGS"));
    }
    if (message.uid > 0) {
      items.forEach(
          (name, value) -> {
            if (!name.equals("UID") && !name.equals("FLAGS")) {
              facts.same(message.uid, name, value, session);
            }
          });
    }
  }

  /** {@code * SEARCH ...} by number. */
  public void found(List<Long> numbers, boolean all) {
    long last = 0;
    for (long number : numbers) {
      check(number > last && number <= messages.size(), "SEARCH found " + numbers);
      last = number;
    }
    check(!all || numbers.size() == messages.size(), "SEARCH ALL found only " + numbers);
  }

  /** {@code * SEARCH ...} by UID. */
  public void foundUids(List<Long> uids, boolean all) {
    check(!all || uids.size() == messages.size(), "UID SEARCH ALL found " + uids);
    for (int i = 0; all && i < uids.size(); i++) {
      learnUid(i + 1, uids.get(i));
    }
    for (long uid : uids) {
      check(!expunged.contains(uid), "UID SEARCH found " + uid + ", which is gone");
    }
  }

  /** A silent STORE of this client's own is done: it is to know what that did (RFC 3501, 6.4.6). */
  public void stored(int number, boolean add, Set<String> names) {
    Message message = messages.get(number - 1);
    if (message.flags != null && !readOnly) {
      Set<String> now = new HashSet<>(message.flags);
      if (add) {
        now.addAll(lower(names));
      } else {
        now.removeAll(lower(names));
      }
      message.flags = now;
    }
  }

  /** Flags may have changed without a word. */
  public void forgetFlags() {
    messages.forEach(message -> message.flags = null);
  }

  private void learnUid(int number, long uid) {
    Message message = messages.get(number - 1);
    check(
        message.uid == 0 || message.uid == uid,
        "message " + number + " had UID " + message.uid + " and has " + uid);
    check(!expunged.contains(uid), "UID " + uid + " is there again");
    message.uid = uid;
    for (int i = number - 2; i >= 0; i--) {
      if (messages.get(i).uid > 0) {
        check(messages.get(i).uid < uid, "UID " + uid + " at " + number + " does not rise");
        break;
      }
    }
    for (int i = number; i < messages.size(); i++) {
      if (messages.get(i).uid > 0) {
        check(messages.get(i).uid > uid, "UID " + uid + " at " + number + " is too high");
        break;
      }
    }
  }

  private void learnFlags(Message message, String list) {
    Set<String> now = new HashSet<>(List.of(list.toLowerCase(Locale.ROOT).split(" ")));
    now.remove("");
    for (String flag : now) {
      check(flag.equals("\\recent") || flags.contains(flag), flag + " is not among " + flags);
    }
    message.flags = now;
    if (now.contains("\\recent") && !readOnly && message.uid > 0) {
      facts.recentIn(message.uid, session);
    }
  }

  private void checkNumber(int number, String what) {
    check(
        number >= 1 && number <= messages.size(),
        what + " of " + number + ", where there are " + messages.size());
  }

  private static Set<String> lower(Set<String> names) {
    Set<String> lower = new HashSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower;
  }

  private void check(boolean holds, String failure) {
    if (!holds) {
      throw new AssertionError(session + ": " + failure);
    }
  }
}
