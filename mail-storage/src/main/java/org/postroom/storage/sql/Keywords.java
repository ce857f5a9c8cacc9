package org.postroom.storage.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.KeywordList;
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

  /** Found when first asked for; harmless to find twice. */
  private volatile @Nullable String column;

  /**
   * Takes them.
   *
   * @param byNumber the last is one; null for a number that is free
   */
  private Keywords(@Nullable Keyword[] byNumber) {
    this.byNumber = byNumber;
    List<Keyword> all = new ArrayList<>(byNumber.length);
    for (Keyword keyword : byNumber) {
      if (keyword != null) {
        all.add(keyword);
      }
    }
    this.names = List.copyOf(all);
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
    String known = column;
    if (known == null) {
      StringBuilder text = new StringBuilder();
      for (Keyword keyword : byNumber) {
        text.append(keyword == null ? "" : keyword.name()).append(' ');
      }
      known = text.toString();
      column = known;
    }
    return known;
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
    return new Named(this, marks);
  }

  /** The lowest number from {@code from} on that is taken and in {@code marks}; -1 for none. */
  private int next(Marks marks, int from) {
    for (int number = from; number < byNumber.length; number++) {
      if (marks.has(number) && byNumber[number] != null) {
        return number;
      }
    }
    return -1;
  }

  /** Names are found when they are asked for: many messages' flags may be held at a time. */
  private static final class Named extends KeywordList {
    private final Keywords keywords;
    private final Marks marks;

    Named(Keywords keywords, Marks marks) {
      this.keywords = keywords;
      this.marks = marks;
    }

    @Override
    public Keyword get(int index) {
      int at = index < 0 ? -1 : keywords.next(marks, 0);
      for (int i = 0; i < index && at >= 0; i++) {
        at = keywords.next(marks, at + 1);
      }
      Keyword keyword = at < 0 ? null : keywords.byNumber[at];
      if (keyword == null) {
        throw new IndexOutOfBoundsException(index);
      }
      return keyword;
    }

    @Override
    public int size() {
      int size = 0;
      for (int at = keywords.next(marks, 0); at >= 0; at = keywords.next(marks, at + 1)) {
        size++;
      }
      return size;
    }

    @Override
    public boolean isEmpty() {
      return keywords.next(marks, 0) < 0;
    }

    @Override
    public boolean contains(Object other) {
      int number = other instanceof Keyword keyword ? keywords.find(keyword) : -1;
      return number >= 0 && marks.has(number);
    }

    @Override
    public Iterator<Keyword> iterator() {
      return new Iterator<>() {
        private int at = keywords.next(marks, 0);

        @Override
        public boolean hasNext() {
          return at >= 0;
        }

        @Override
        public Keyword next() {
          Keyword keyword = at < 0 ? null : keywords.byNumber[at];
          if (keyword == null) {
            throw new NoSuchElementException();
          }
          at = keywords.next(marks, at + 1);
          return keyword;
        }
      };
    }
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
