package org.postroom.imap.command.fetch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;

/** One thing FETCH asks of a message. */
sealed interface FetchItem {

  /** Where it stands in an answer: UID first, what is small next, literals last. */
  int rank();

  /** What is answered by one or two tokens, or rendered from the structure. */
  enum Simple implements FetchItem {
    UID(0),
    FLAGS(1),
    INTERNALDATE(1),
    SIZE(1),
    ENVELOPE(2),
    BODY(3),
    BODYSTRUCTURE(4);

    private final int rank;

    Simple(int rank) {
      this.rank = rank;
    }

    @Override
    public int rank() {
      return rank;
    }
  }

  /**
   * Octets of the message.
   *
   * @param name how the answer calls it, with its brackets
   * @param from the first octet wanted; -1 when all are
   * @param count the most octets wanted
   */
  record Octets(String name, Section section, boolean peek, long from, long count)
      implements FetchItem {
    @Override
    public int rank() {
      return 5;
    }

    private Octets peeking(boolean wanted) {
      return new Octets(name, section, wanted, from, count);
    }
  }

  /** Reads the items, in the order in which they are answered. */
  static List<FetchItem> parse(ImapReader in, boolean uid) {
    Set<FetchItem> items = new LinkedHashSet<>();
    if (uid) {
      items.add(Simple.UID);
    }
    boolean macro = false;
    int named = 1;
    if (in.at('(')) {
      in.open();
      named = 0;
      for (boolean first = true; !in.close(first); first = false) {
        macro |= item(in, items);
        named++;
      }
    } else {
      item(in, items);
    }
    if (named == 0 || macro && named > 1) {
      throw new BadCommand(named == 0 ? "No items" : "A macro stands alone");
    }
    List<FetchItem> ordered = new ArrayList<>(items);
    ordered.sort((a, b) -> Integer.compare(a.rank(), b.rank()));
    return List.copyOf(ordered);
  }

  /** Returns whether it was a macro. */
  private static boolean item(ImapReader in, Set<FetchItem> items) {
    String name = in.name();
    switch (name) {
      case "ALL" -> macro(items, Simple.FLAGS, Simple.INTERNALDATE, Simple.SIZE, Simple.ENVELOPE);
      case "FAST" -> macro(items, Simple.FLAGS, Simple.INTERNALDATE, Simple.SIZE);
      case "FULL" ->
          macro(
              items, Simple.FLAGS, Simple.INTERNALDATE, Simple.SIZE, Simple.ENVELOPE, Simple.BODY);
      case "UID" -> items.add(Simple.UID);
      case "FLAGS" -> items.add(Simple.FLAGS);
      case "INTERNALDATE" -> items.add(Simple.INTERNALDATE);
      case "RFC822.SIZE" -> items.add(Simple.SIZE);
      case "ENVELOPE" -> items.add(Simple.ENVELOPE);
      case "BODYSTRUCTURE" -> items.add(Simple.BODYSTRUCTURE);
      case "RFC822" -> octets(items, old("RFC822", Section.WHOLE, false));
      case "RFC822.PEEK" -> octets(items, old("RFC822", Section.WHOLE, true));
      case "RFC822.HEADER" -> octets(items, old("RFC822.HEADER", Section.HEADER, true));
      case "RFC822.TEXT" -> octets(items, old("RFC822.TEXT", Section.BODY_TEXT, false));
      case "BODY" -> {
        if (in.take('[')) {
          octets(items, body(in, false));
        } else {
          items.add(Simple.BODY);
        }
      }
      case "BODY.PEEK" -> {
        in.expect('[');
        octets(items, body(in, true));
      }
      default -> throw new BadCommand("Unknown item " + name);
    }
    return name.equals("ALL") || name.equals("FAST") || name.equals("FULL");
  }

  /** Answered once, however often it is asked for; once without PEEK is enough to have read it. */
  private static void octets(Set<FetchItem> items, Octets item) {
    boolean peeked = items.remove(item.peeking(true));
    boolean read = items.remove(item.peeking(false));
    items.add(item.peeking(item.peek() && (peeked || !read)));
  }

  private static void macro(Set<FetchItem> items, Simple... of) {
    items.addAll(List.of(of));
  }

  private static Octets old(String name, Section section, boolean peek) {
    return new Octets(name, section, peek, -1, Long.MAX_VALUE);
  }

  private static Octets body(ImapReader in, boolean peek) {
    Section section = Section.parse(in);
    String name = "BODY" + section.echo(FetchItem::astring);
    if (!in.take('<')) {
      return new Octets(name, section, peek, -1, Long.MAX_VALUE);
    }
    long from = in.number();
    long count = Long.MAX_VALUE;
    if (in.take('.')) {
      count = in.number();
      if (count < 1) {
        throw new BadCommand("Invalid partial range");
      }
    }
    in.expect('>');
    return new Octets(name + "<" + from + ">", section, peek, from, count);
  }

  private static String astring(String field) {
    boolean bare =
        !field.isEmpty()
            && field.chars().allMatch(c -> c > 0x20 && c < 0x7f && "(){%*\"\\".indexOf(c) < 0);
    return bare
        ? field
        : "\"" + field.replaceAll("[^\\x20-\\x7e]", "?").replaceAll("([\"\\\\])", "\\\\$1") + "\"";
  }
}
