package org.postroom.core.filter.check;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.MimePart;

/**
 * Where a header lies in a mail, its empty line included.
 *
 * @param from its first octet
 * @param to the first one behind it
 */
record HeaderRange(long from, long to, Kind kind) {

  /** Whose header it is. */
  enum Kind {
    /** The mail's. */
    PRIMARY,
    /** A part's. */
    PART,
    /** That of a mail within the mail. */
    NESTED
  }

  /** All headers of a mail, in their order. */
  static List<HeaderRange> of(MessageStructure structure) {
    List<HeaderRange> found = new ArrayList<>();
    add(structure.root(), Kind.PRIMARY, found);
    return found;
  }

  private static void add(MimePart part, Kind kind, List<HeaderRange> found) {
    found.add(new HeaderRange(part.headerOffset(), part.bodyOffset(), kind));
    part.children().forEach(child -> add(child, Kind.PART, found));
    part.embedded().ifPresent(inner -> add(inner.root(), Kind.NESTED, found));
  }
}
