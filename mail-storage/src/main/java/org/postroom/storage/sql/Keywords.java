package org.postroom.storage.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.Mailbox;

/**
 * The keywords of a mailbox by number, as its pages mean them; immutable. A number that was given
 * back may mean another keyword in a later version. So numbers are read with the version that lies
 * beside the pages in one {@link MailboxState} alone, and whoever is shown a message's flags gets
 * names.
 */
final class Keywords {
  static final Keywords NONE = new Keywords(new Keyword[0]);

  private final @Nullable Keyword[] byNumber;
  private final List<Keyword> names;
  private final String column;

  /**
   * Takes them.
   *
   * @param byNumber the last is one; null for a number that is free
   */
  private Keywords(@Nullable Keyword[] byNumber) {
    this.byNumber = byNumber;
    List<Keyword> all = new ArrayList<>(byNumber.length);
    StringBuilder text = new StringBuilder();
    for (Keyword keyword : byNumber) {
      if (keyword != null) {
        all.add(keyword);
        text.append(keyword.name());
      }
      text.append(' ');
    }
    this.names = List.copyOf(all);
    this.column = text.toString();
  }

  /** From the column of the mailbox's row. */
  static Keywords of(String column) {
    if (column.isEmpty()) {
      return NONE;
    }
    // Names have no spaces: two of these are around a number that is free.
    String[] names = column.split(" ");
    @Nullable Keyword[] byNumber = new Keyword[names.length];
    for (int i = 0; i < names.length; i++) {
      byNumber[i] = names[i].isEmpty() ? null : new Keyword(names[i]);
    }
    return new Keywords(byNumber);
  }

  /** As the mailbox's row holds them: each with a space behind it. */
  String column() {
    return column;
  }

  /** By rising number. */
  List<Keyword> names() {
    return names;
  }

  boolean hasRoom() {
    return names.size() < Mailbox.MAX_KEYWORDS;
  }

  /** All numbers that are taken. */
  Marks marks() {
    Marks all = Marks.NONE;
    for (int number = 0; number < byNumber.length; number++) {
      if (byNumber[number] != null) {
        all = all.or(Marks.of(number));
      }
    }
    return all;
  }

  /** The number of a keyword; -1 when it has none. */
  int find(Keyword keyword) {
    for (int number = 0; number < byNumber.length; number++) {
      Keyword one = byNumber[number];
      if (one != null && one.equals(keyword)) {
        return number;
      }
    }
    return -1;
  }

  /** With one more, which gets the lowest number that is free. */
  Keywords with(Keyword keyword) {
    int number = 0;
    while (number < byNumber.length && byNumber[number] != null) {
      number++;
    }
    @Nullable Keyword[] more = Arrays.copyOf(byNumber, Math.max(byNumber.length, number + 1));
    more[number] = keyword;
    return new Keywords(more);
  }

  /** Those of them alone that {@code kept} has; the same object where these are all. */
  Keywords only(Marks kept) {
    @Nullable Keyword[] some = byNumber.clone();
    int length = 0;
    boolean same = true;
    for (int number = 0; number < some.length; number++) {
      if (kept.has(number)) {
        length = number + 1;
      } else {
        same &= some[number] == null;
        some[number] = null;
      }
    }
    return same ? this : length == 0 ? NONE : new Keywords(Arrays.copyOf(some, length));
  }

  /** What {@code marks} are called, by rising number. */
  List<Keyword> names(Marks marks) {
    List<Keyword> some = new ArrayList<>();
    for (int number = 0; number < byNumber.length; number++) {
      Keyword keyword = byNumber[number];
      if (keyword != null && marks.has(number)) {
        some.add(keyword);
      }
    }
    return some;
  }

  /** Names flags, one message after the other. */
  Naming naming() {
    return new Naming(this);
  }

  /** Remembers what it has named last: neighbours often have the same flags. For one thread. */
  static final class Naming {
    private final Keywords keywords;
    private long lastWord;
    private Wide lastWide = Wide.NONE;
    private Flags last = Flags.NONE;

    private Naming(Keywords keywords) {
      this.keywords = keywords;
    }

    /** A message's flags, as its page has them. */
    Flags flags(long word, Wide wide) {
      if (word != lastWord || !wide.equals(lastWide)) {
        long system = word & Flags.SYSTEM;
        Marks marks = Marks.of(word, wide);
        last = marks.isEmpty() ? Flags.of(system) : new Flags(system, keywords.names(marks));
        lastWord = word;
        lastWide = wide;
      }
      return last;
    }
  }
}
