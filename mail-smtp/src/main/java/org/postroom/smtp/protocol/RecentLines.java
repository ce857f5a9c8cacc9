package org.postroom.smtp.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What was said last in a session, for whoever may want to read it afterwards: some four thousand
 * characters, so that a peer that says much costs no more.
 */
public final class RecentLines {
  private static final int MOST = 4096;

  /** Of one line, where nobody vouches for its length. */
  private static final int LONGEST = 512;

  /** What a line takes beside its characters. */
  private static final int ROOM = 32;

  private final Deque<Said> all = new ArrayDeque<>(0);
  private int size;
  private boolean isCut;

  /** What was said at once, written out when somebody is to read it: most sessions end without. */
  public interface Said {
    /** About how many characters it has; always the same. */
    int length();

    /** Its lines, each with who has said it in front. */
    List<String> lines();
  }

  /** A line that has an end. */
  public static String cut(String line) {
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }

  /** Adds what was said now; what was said long ago gives way to it. */
  public void add(Said said) {
    all.add(said);
    size += said.length() + ROOM;
    while (size > MOST && all.size() > 1) {
      size -= all.remove().length() + ROOM;
      isCut = true;
    }
  }

  /** Forgets all. */
  public void clear() {
    all.clear();
    size = 0;
    isCut = false;
  }

  /** The lines of all that is left, in ASCII. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (isCut) {
      lines.add("(what was said before is left out)");
    }
    for (Said said : all) {
      said.lines().forEach(line -> lines.add(line.replaceAll("[^\\x20-\\x7E]", "?")));
    }
    return lines;
  }
}
