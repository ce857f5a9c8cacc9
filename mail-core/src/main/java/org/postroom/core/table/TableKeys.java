package org.postroom.core.table;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;

/**
 * The forms of an address, a host or a client under which tables are asked, the most telling one
 * first. Each is made when it is asked for; a first hit costs one. Pure, and repeatable.
 *
 * <p>An address whose local part needs quotes is asked for as it is written, and then without them,
 * in each of its forms.
 */
public abstract class TableKeys implements Iterable<TableKey> {

  private TableKeys() {}

  /** How a table names what lies below a domain. */
  public enum Parents {
    /** {@code example.com} stands for its subdomains, too. */
    BARE,
    /** Subdomains are {@code .example.com}. */
    DOTTED
  }

  /** Of the virtual, canonical, generic, bcc, relocated and recipient tables. */
  public static TableKeys address(Address address, RecipientDelimiter delimiter, boolean local) {
    return new OfAddress(address, delimiter) {
      @Override
      @Nullable TableKey at(int step) {
        return switch (step) {
          case 0, 1 -> full(step == 0);
          case 2, 3 -> unextended(step == 2);
          case 4 -> local ? TableKey.part(quoted(localPart)) : SKIPPED;
          case 5 -> local && isQuoted() ? TableKey.part(localPart) : SKIPPED;
          case 6 -> local && extension >= 0 ? dropping(quoted(user())) : SKIPPED;
          case 7 -> local && extension >= 0 && isQuoted() ? dropping(user()) : SKIPPED;
          case 8 -> new TableKey("@" + domain, false, "");
          default -> null;
        };
      }
    };
  }

  /** Of access(5) tables for a sender or a recipient. */
  public static TableKeys access(Address address, RecipientDelimiter delimiter, Parents parents) {
    return new OfAddress(address, delimiter) {
      private final Walk walk = new Walk(domain, parents);

      @Override
      @Nullable TableKey at(int step) {
        int domains = walk.count();
        if (step < 4) {
          return step < 2 ? full(step == 0) : unextended(step == 2);
        }
        if (step < 4 + domains) {
          return TableKey.part(walk.name(step - 4));
        }
        return switch (step - 4 - domains) {
          case 0 -> TableKey.part(quoted(localPart) + "@");
          case 1 -> isQuoted() ? TableKey.part(localPart + "@") : SKIPPED;
          case 2 -> extension >= 0 ? dropping(quoted(user()) + "@") : SKIPPED;
          case 3 -> extension >= 0 && isQuoted() ? dropping(user() + "@") : SKIPPED;
          default -> null;
        };
      }
    };
  }

  /** Of transport(5) tables. */
  public static TableKeys transport(
      Address address, RecipientDelimiter delimiter, Parents parents) {
    return new OfAddress(address, delimiter) {
      private final Walk walk = new Walk(domain, parents);

      @Override
      @Nullable TableKey at(int step) {
        int domains = walk.count();
        if (step < 4) {
          return step < 2 ? full(step == 0) : unextended(step == 2);
        }
        if (step < 4 + domains) {
          return TableKey.part(walk.name(step - 4));
        }
        return step == 4 + domains ? TableKey.part("*") : null;
      }
    };
  }

  /** Of aliases(5): the local part, then without its extension. */
  public static TableKeys alias(String localPart, RecipientDelimiter delimiter) {
    int extension = delimiter.indexIn(localPart);
    return new TableKeys() {
      @Override
      @Nullable TableKey at(int step) {
        return switch (step) {
          case 0 -> TableKey.whole(localPart);
          case 1 ->
              extension < 0
                  ? null
                  : new TableKey(
                      localPart.substring(0, extension), false, localPart.substring(extension));
          default -> null;
        };
      }
    };
  }

  /** A host's name and its parents up to the top; an address has none. */
  public static TableKeys host(String name, Parents parents) {
    return new TableKeys() {
      private final Walk walk = new Walk(name, parents);

      @Override
      @Nullable TableKey at(int step) {
        return step < walk.count() ? new TableKey(walk.name(step), step == 0, "") : null;
      }
    };
  }

  /** A client's address, and by leaving out octets, or groups of IPv6, its networks. */
  public static TableKeys client(InetAddress address) {
    String text = IpLiteral.written(address);
    char separator = text.indexOf(':') >= 0 ? ':' : '.';
    return new TableKeys() {
      @Override
      @Nullable TableKey at(int step) {
        int end = text.length();
        for (int i = 0; i < step; i++) {
          end = text.lastIndexOf(separator, end - 1);
          if (end < 0) {
            return null;
          }
        }
        return end == 0 ? null : new TableKey(text.substring(0, end), step == 0, "");
      }
    };
  }

  /** Nothing but the text: of a login, say. */
  public static TableKeys only(String text) {
    return new TableKeys() {
      @Override
      @Nullable TableKey at(int step) {
        return step == 0 ? TableKey.whole(text) : null;
      }
    };
  }

  /**
   * Whether both look for the same kind of thing: a client that calls itself by its address is
   * looked for as a host, and its address in another way.
   */
  final boolean isOfKind(TableKeys other) {
    return getClass() == other.getClass(); // one class a factory
  }

  /** There is no form at this step, but there are steps behind it; no key is empty. */
  private static final TableKey SKIPPED = TableKey.part("");

  /** The form at a step; null behind the last one. */
  abstract @Nullable TableKey at(int step);

  @Override
  public final Iterator<TableKey> iterator() {
    return new Iterator<>() {
      private int step;
      private @Nullable TableKey ahead;

      @Override
      public boolean hasNext() {
        while (ahead == null || ahead.text().isEmpty()) {
          ahead = at(step);
          if (ahead == null) {
            return false;
          }
          step++;
        }
        return true;
      }

      @Override
      public TableKey next() {
        if (!hasNext() || ahead == null) {
          throw new NoSuchElementException();
        }
        TableKey key = ahead;
        ahead = null;
        return key;
      }
    };
  }

  /** An address in its parts. */
  private abstract static class OfAddress extends TableKeys {
    final String localPart;
    final String domain;
    final int extension;
    private final String written;

    OfAddress(Address address, RecipientDelimiter delimiter) {
      localPart = address.localPart();
      domain = address.domain().name();
      extension = delimiter.indexIn(localPart);
      written = address.toString();
    }

    final boolean isQuoted() {
      return written.charAt(0) == '"';
    }

    final String user() {
      return localPart.substring(0, extension);
    }

    final TableKey dropping(String text) {
      return new TableKey(text, false, localPart.substring(extension));
    }

    /** The address; as it is written, or as it is meant where that differs. */
    final TableKey full(boolean asWritten) {
      if (asWritten) {
        return TableKey.whole(written);
      }
      return isQuoted() ? TableKey.whole(localPart + "@" + domain) : SKIPPED;
    }

    /** The same without its extension. */
    final TableKey unextended(boolean asWritten) {
      if (extension < 0 || !asWritten && !isQuoted()) {
        return SKIPPED;
      }
      return dropping((asWritten ? quoted(user()) : user()) + "@" + domain);
    }

    /** A local part as addresses are written. */
    final String quoted(String local) {
      if (!isQuoted()) {
        return local;
      }
      String whole = Address.of(local, NOWHERE).toString();
      return whole.substring(0, whole.length() - NOWHERE.name().length() - 1);
    }
  }

  private static final Domain NOWHERE = Domain.of("invalid");

  /** A domain, then what it lies in, up to the top. */
  private static final class Walk {

    /** No host has a longer name (RFC 1035, 2.3.4); what is longer lies in nothing. */
    private static final int LONGEST = 255;

    private final String name;
    private final Parents parents;
    private final int count;

    Walk(String name, Parents parents) {
      this.name = name;
      this.parents = parents;
      this.count =
          name.length() > LONGEST || isAddress(name)
              ? 1
              : 1 + (int) name.chars().limit(name.length() - 1L).filter(c -> c == '.').count();
    }

    private static boolean isAddress(String name) {
      return name.isEmpty() || name.charAt(0) == '[' || IpLiteral.parse(name).isPresent();
    }

    int count() {
      return count;
    }

    String name(int index) {
      int start = 0;
      for (int i = 0; i < index; i++) {
        start = name.indexOf('.', start + (i == 0 ? 0 : 1));
      }
      return index == 0 ? name : name.substring(parents == Parents.BARE ? start + 1 : start);
    }
  }
}
