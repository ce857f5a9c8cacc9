package org.postroom.storage.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.UidSet;

/**
 * The pages of one mailbox, by rising UID; immutable, sharing all unchanged pages with the version
 * before. As long as nobody asked for the whole mailbox, only those that deliveries needed are
 * here.
 */
final class Messages {
  static final Messages NONE = new Messages(new Page[0], true, new Object());

  private final Page[] pages;
  private final boolean complete;
  private final Object since;

  /** Found when first asked for; harmless to find twice. */
  private volatile @Nullable UidSet live;

  private Messages(Page[] pages, boolean complete, Object since) {
    this.pages = pages;
    this.complete = complete;
    this.since = since;
  }

  /** Of a mailbox whose messages nobody has asked for, or that were forgotten. */
  static Messages unknown() {
    return new Messages(new Page[0], false, new Object());
  }

  /**
   * The same for all versions between two forgettings: as long as it is, whatever page has changed
   * is here, and pages that were read from the database meanwhile can be put {@linkplain #over
   * beside} these.
   */
  Object since() {
    return since;
  }

  /** Whether every page is here. */
  boolean complete() {
    return complete;
  }

  int count() {
    return pages.length;
  }

  Page page(int i) {
    return pages[i];
  }

  @Nullable Page pageOf(long uid) {
    int at = find(Page.indexOf(uid));
    return at < 0 ? null : pages[at];
  }

  /** The place of the page with that index, or of the first behind it. */
  int firstFrom(int index) {
    int at = find(index);
    return at < 0 ? -at - 1 : at;
  }

  /** The same with {@code page} in its place; an empty page is dropped. */
  Messages with(Page page) {
    int at = find(page.index());
    if (at >= 0) {
      if (page.count() == 0) {
        Page[] fewer = new Page[pages.length - 1];
        System.arraycopy(pages, 0, fewer, 0, at);
        System.arraycopy(pages, at + 1, fewer, at, fewer.length - at);
        return new Messages(fewer, complete, since);
      }
      Page[] same = pages.clone();
      same[at] = page;
      return new Messages(same, complete, since);
    }
    if (page.count() == 0) {
      return this;
    }
    int to = -at - 1;
    Page[] more = new Page[pages.length + 1];
    System.arraycopy(pages, 0, more, 0, to);
    more[to] = page;
    System.arraycopy(pages, to, more, to + 1, pages.length - to);
    return new Messages(more, complete, since);
  }

  boolean has(int index) {
    return find(index) >= 0;
  }

  /** These, and of {@code stored} those that were missing here. */
  Messages over(Page[] stored, boolean nowComplete) {
    List<Page> all = new ArrayList<>(pages.length + stored.length);
    int mine = 0;
    for (Page page : stored) {
      while (mine < pages.length && pages[mine].index() < page.index()) {
        all.add(pages[mine++]);
      }
      if (mine < pages.length && pages[mine].index() == page.index()) {
        all.add(pages[mine++]);
      } else {
        all.add(page);
      }
    }
    while (mine < pages.length) {
      all.add(pages[mine++]);
    }
    return new Messages(all.toArray(Page[]::new), complete || nowComplete, since);
  }

  /** The UIDs that are not expunged. */
  UidSet live() {
    UidSet known = live;
    if (known == null) {
      UidSet.Builder uids = new UidSet.Builder();
      for (Page page : pages) {
        for (int i = 0; i < page.count(); i++) {
          if (page.live(i)) {
            uids.add(page.uid(i));
          }
        }
      }
      known = uids.build();
      live = known;
    }
    return known;
  }

  /** The lowest live UID without {@code \Seen}; 0 when there is none. */
  long firstUnseen() {
    for (Page page : pages) {
      for (int i = 0; i < page.count(); i++) {
        if (page.live(i) && (page.flags(i) & Flags.SEEN) == 0) {
          return page.uid(i);
        }
      }
    }
    return 0;
  }

  /** Shows every entry of {@code uids}, traces too, by rising UID. */
  void forEach(UidSet uids, Visitor visitor) {
    int at = 0;
    int entry = 0;
    for (int run = 0; run < uids.runs(); run++) {
      long from = uids.runFirst(run);
      long to = uids.runLast(run);
      int start = firstFrom(Page.indexOf(from));
      if (start > at) {
        at = start;
        entry = 0;
      }
      while (at < pages.length) {
        Page page = pages[at];
        if (page.index() > Page.indexOf(to)) {
          break;
        }
        while (entry < page.count() && page.uid(entry) < from) {
          entry++;
        }
        while (entry < page.count() && page.uid(entry) <= to) {
          visitor.visit(page, entry);
          entry++;
        }
        if (entry < page.count()) {
          break;
        }
        at++;
        entry = 0;
      }
    }
  }

  /** About how much memory this takes. */
  long octets() {
    long octets = 64 + 8L * pages.length;
    for (Page page : pages) {
      octets += page.octets();
    }
    return octets;
  }

  private int find(int index) {
    int low = 0;
    int high = pages.length - 1;
    while (low <= high) {
      int mid = (low + high) >>> 1;
      int value = pages[mid].index();
      if (value == index) {
        return mid;
      }
      if (value < index) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return -low - 1;
  }

  @Override
  public String toString() {
    return Arrays.toString(pages) + (complete ? "" : " …");
  }

  /** Sees one message's state. */
  interface Visitor {
    void visit(Page page, int entry);
  }
}
