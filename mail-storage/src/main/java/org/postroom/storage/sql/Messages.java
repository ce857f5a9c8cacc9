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
  static final Messages NONE = new Messages(new KeptPage[0], 0, true, new Object());

  private final KeptPage[] pages;

  /** What all pages take. */
  private final long octets;

  private final boolean complete;
  private final Object since;

  /** Found when first asked for; harmless to find twice. */
  private volatile @Nullable UidSet live;

  private Messages(KeptPage[] pages, long octets, boolean complete, Object since) {
    this.pages = pages;
    this.octets = octets;
    this.complete = complete;
    this.since = since;
  }

  /** Of a mailbox whose messages nobody has asked for, or that were forgotten. */
  static Messages unknown() {
    return new Messages(new KeptPage[0], 0, false, new Object());
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

  KeptPage page(int i) {
    return pages[i];
  }

  @Nullable Page pageOf(long uid) {
    int at = find(Page.indexOf(uid));
    return at < 0 ? null : pages[at].open();
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
      long rest = octets - pages[at].octets();
      if (page.count() == 0) {
        KeptPage[] fewer = new KeptPage[pages.length - 1];
        System.arraycopy(pages, 0, fewer, 0, at);
        System.arraycopy(pages, at + 1, fewer, at, fewer.length - at);
        return new Messages(fewer, rest, complete, since);
      }
      KeptPage[] same = pages.clone();
      same[at] = at < same.length - 1 ? page.atRest() : page;
      return new Messages(same, rest + same[at].octets(), complete, since);
    }
    if (page.count() == 0) {
      return this;
    }
    int to = -at - 1;
    KeptPage[] more = new KeptPage[pages.length + 1];
    System.arraycopy(pages, 0, more, 0, to);
    more[to] = page;
    System.arraycopy(pages, to, more, to + 1, pages.length - to);
    return new Messages(more, octets + page.octets(), complete, since).withLastButOneAtRest();
  }

  /** Mail comes into the last page alone. */
  private Messages withLastButOneAtRest() {
    int at = pages.length - 2;
    if (at < 0 || !(pages[at] instanceof Page page) || page.living() > 0) {
      return this;
    }
    KeptPage[] same = pages.clone();
    same[at] = page.atRest();
    return new Messages(same, octets - page.octets() + same[at].octets(), complete, since);
  }

  boolean has(int index) {
    return find(index) >= 0;
  }

  /** All pages, as {@code other} has them where they are missing here. */
  Messages over(Messages other) {
    return over(other.pages, other.complete);
  }

  /** The keywords that messages have which are not expunged. */
  Marks marks() {
    Marks all = Marks.NONE;
    for (KeptPage page : pages) {
      Marks some = page.marks();
      if (!some.isEmpty()) {
        all = all.or(some);
      }
    }
    return all;
  }

  /** The same where no trace has these keywords. */
  Messages withoutTraces(Marks gone) {
    KeptPage[] same = pages.clone();
    long sum = octets;
    for (int i = 0; i < same.length; i++) {
      if (pages[i].traces().meets(gone)) {
        Page page = pages[i].open().withoutTraces(gone);
        same[i] = i < same.length - 1 ? page.atRest() : page;
        sum += same[i].octets() - pages[i].octets();
      }
    }
    return new Messages(same, sum, complete, since);
  }

  /** These, and of {@code stored} those that were missing here. */
  Messages over(KeptPage[] stored, boolean nowComplete) {
    List<KeptPage> all = new ArrayList<>(pages.length + stored.length);
    int mine = 0;
    for (KeptPage page : stored) {
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
    long sum = 0;
    for (KeptPage page : all) {
      sum += page.octets();
    }
    return new Messages(all.toArray(KeptPage[]::new), sum, complete || nowComplete, since);
  }

  /** The UIDs that are not expunged. */
  UidSet live() {
    UidSet known = live;
    if (known == null) {
      UidSet.Builder uids = new UidSet.Builder();
      for (KeptPage kept : pages) {
        if (kept.living() > 0) {
          Page page = kept.open();
          for (int i = 0; i < page.count(); i++) {
            if (page.live(i)) {
              uids.add(page.uid(i));
            }
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
    for (KeptPage kept : pages) {
      if (kept.living() > 0) {
        Page page = kept.open();
        for (int i = 0; i < page.count(); i++) {
          if (page.live(i) && (page.flags(i) & Flags.SEEN) == 0) {
            return page.uid(i);
          }
        }
      }
    }
    return 0;
  }

  /** Shows every entry of {@code uids}, traces too, by rising UID. */
  void forEach(UidSet uids, Visitor visitor) {
    int at = 0;
    int entry = 0;
    int opened = -1;
    Page page = Page.empty(0);
    for (int run = 0; run < uids.runs(); run++) {
      long from = uids.runFirst(run);
      long to = uids.runLast(run);
      int start = firstFrom(Page.indexOf(from));
      if (start > at) {
        at = start;
        entry = 0;
      }
      while (at < pages.length && pages[at].index() <= Page.indexOf(to)) {
        if (opened != at) {
          opened = at;
          page = pages[at].open();
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
    return 64 + 8L * pages.length + octets;
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
