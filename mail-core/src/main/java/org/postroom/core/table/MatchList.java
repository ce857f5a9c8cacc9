package org.postroom.core.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.config.MatchItems;
import org.postroom.core.network.Network;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * A list such as {@code mydestination} or {@code mynetworks}: read from left to right, the first
 * item that matches decides, {@code !item} decides against. Files are read when the list is made;
 * one that cannot be read makes every look-up that reaches it fail. A table matches what is a key
 * of it, whatever the value says, and answers as it is when it is asked.
 */
public final class MatchList {

  private static final int DEEPEST = 10;

  private interface Pattern {
    boolean matches(Supplier<String> name, Optional<InetAddress> address);
  }

  private record Item(boolean negated, Pattern pattern, String text) {}

  /** What its items are. */
  public enum Kind {
    /** Names, compared whole. */
    NAMES,
    /** Domains; see {@link #ofDomains}. */
    DOMAINS,
    /** Addresses, blocks and client names. */
    CLIENTS,
    /** Addresses of people, and domains; see {@link #ofRecipients}. */
    RECIPIENTS
  }

  private final Kind kind;
  private final boolean subdomains;
  private final List<Item> items = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private MatchList(Kind kind, boolean subdomains) {
    this.kind = kind;
    this.subdomains = subdomains;
  }

  /**
   * A list of any kind. {@link BadValue} for an item that we cannot obey.
   *
   * @param subdomains whether a domain stands for what is below it; of no meaning for names
   * @param tables opens those that are named, as {@code Tables.open} does
   */
  public static MatchList of(
      Kind kind, List<String> texts, boolean subdomains, Function<String, LookupTable> tables) {
    MatchList list = new MatchList(kind, subdomains);
    for (String text : texts) {
      list.add(text, tables, false, 0);
    }
    return list;
  }

  /** Names, compared whole. {@link BadValue} for an item that we cannot obey. */
  public static MatchList ofNames(List<String> texts, Function<String, LookupTable> tables) {
    return of(Kind.NAMES, texts, false, tables);
  }

  /**
   * Domains: with {@code subdomains}, {@code example.com} stands for what is below it, too;
   * otherwise {@code .example.com} does, for that alone. {@link BadValue} for an item that we
   * cannot obey.
   */
  public static MatchList ofDomains(
      List<String> texts, boolean subdomains, Function<String, LookupTable> tables) {
    return of(Kind.DOMAINS, texts, subdomains, tables);
  }

  /** Addresses, blocks and client names. {@link BadValue} for an item that we cannot obey. */
  public static MatchList ofClients(
      List<String> texts, boolean subdomains, Function<String, LookupTable> tables) {
    return of(Kind.CLIENTS, texts, subdomains, tables);
  }

  /**
   * Addresses of people, and domains as {@link #ofDomains} has them, where {@code .example.com}
   * stands for what is below; a table has either as keys. Who is named is meant however his local
   * part is written. {@link BadValue} for an item that we cannot obey.
   */
  public static MatchList ofRecipients(List<String> texts, Function<String, LookupTable> tables) {
    return of(Kind.RECIPIENTS, texts, false, tables);
  }

  /** Blocks of addresses. */
  public static MatchList ofNetworks(List<Network> networks) {
    MatchList list = new MatchList(Kind.CLIENTS, false);
    for (Network network : networks) {
      list.addNetwork(network, false);
    }
    return list;
  }

  /** {@link LookupUnavailable} if a file or table that decides could not be read. */
  public boolean contains(Domain domain) {
    return containsName(domain.name());
  }

  /** {@link LookupUnavailable} if a file or table that decides could not be read. */
  public boolean contains(Address recipient) {
    String folded = folded(recipient);
    return matches(() -> folded, Optional.empty());
  }

  /** Local parts differ by case in theory only. */
  private static String folded(Address recipient) {
    return recipient.toString().toLowerCase(Locale.ROOT);
  }

  /** As {@link #contains(Domain)}, for a name of which nobody knows whether it is a domain. */
  public boolean containsName(String name) {
    String folded = Domain.spelled(name);
    return matches(() -> folded, Optional.empty());
  }

  /**
   * {@link LookupUnavailable} if a file or table that decides could not be read.
   *
   * @param name verified; "unknown" where there is none. Asked for where an item goes by it
   */
  public boolean contains(InetAddress address, Supplier<String> name) {
    return matches(() -> Domain.spelled(name.get()), Optional.of(address));
  }

  private boolean matches(Supplier<String> name, Optional<InetAddress> address) {
    for (Item item : items) {
      if (item.pattern().matches(name, address)) {
        return !item.negated();
      }
    }
    return false;
  }

  /** Whether nothing can match. */
  public boolean isEmpty() {
    return items.isEmpty();
  }

  /** Blocks that match, without those that are excluded. */
  public List<Network> networks() {
    return List.copyOf(networks);
  }

  /** Plain names that match. */
  public List<String> names() {
    return List.copyOf(names);
  }

  /** What an administrator should know about the files and tables that were read. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private void add(
      String text, Function<String, LookupTable> tables, boolean outerNegated, int depth) {
    boolean negated = outerNegated;
    String item = text;
    while (item.startsWith("!")) {
      negated = !negated;
      item = item.substring(1);
    }
    if (item.startsWith("/")) {
      addFile(item, tables, negated, depth);
    } else if (item.indexOf(':') >= 0 && !item.startsWith("[")) {
      addTable(item, tables, negated);
    } else if (kind == Kind.CLIENTS && looksLikeAddress(item)) {
      try {
        addNetwork(Network.parse(item), negated);
      } catch (MalformedAddress e) {
        throw new BadValue(String.valueOf(e.getMessage()));
      }
    } else if (kind == Kind.RECIPIENTS && item.indexOf('@') >= 0) {
      addRecipient(item, negated);
    } else {
      addName(Domain.spelled(item), negated);
    }
  }

  private static boolean looksLikeAddress(String item) {
    return item.startsWith("[") || item.matches("[0-9./]+") || item.indexOf('/') > 0;
  }

  private void addNetwork(Network network, boolean negated) {
    if (!negated) {
      networks.add(network);
    }
    items.add(
        new Item(
            negated,
            (name, address) -> address.isPresent() && network.contains(address.get()),
            network.toString()));
  }

  private void addRecipient(String item, boolean negated) {
    try {
      String meant = folded(Address.parse(item));
      items.add(new Item(negated, (name, address) -> name.get().equals(meant), item));
    } catch (MalformedAddress e) {
      throw new BadValue(String.valueOf(e.getMessage()));
    }
  }

  /** The domain in a name; of all but recipients that is the name. */
  private String domain(String name) {
    return kind == Kind.RECIPIENTS ? name.substring(name.lastIndexOf('@') + 1) : name;
  }

  private void addName(String item, boolean negated) {
    if (item.isEmpty()) {
      throw new BadValue("an item is empty");
    }
    if (!negated) {
      names.add(item);
    }
    boolean below = kind != Kind.NAMES && subdomains != item.startsWith(".");
    String suffix = item.startsWith(".") ? item : "." + item;
    items.add(
        new Item(
            negated,
            (name, address) -> {
              String asked = domain(name.get());
              return asked.equals(item) || below && asked.endsWith(suffix);
            },
            item));
  }

  private void addTable(String text, Function<String, LookupTable> tables, boolean negated) {
    LookupTable table;
    try {
      table = tables.apply(text);
    } catch (BadValue e) {
      boolean address =
          kind == Kind.CLIENTS && IpLiteral.parse(text.replaceFirst("/.*", "")).isPresent();
      throw address ? new BadValue("an IPv6 address is written [::1]/128: " + text) : e;
    }
    if (table.mayBlock()) {
      throw new BadValue("a database cannot be asked in a list of this kind yet: " + text);
    }
    if (kind == Kind.CLIENTS && !negated) {
      warnings.add(
          "every name and address that is a key of " + text + " is in it, whatever its value says");
    }
    items.add(new Item(negated, (name, address) -> isKey(table, name, address), text));
  }

  /** The address first, which costs nothing to know. */
  private boolean isKey(LookupTable table, Supplier<String> name, Optional<InetAddress> address) {
    if (address.isPresent() && table.find(IpLiteral.written(address.get())).isPresent()) {
      return true;
    }
    if (kind == Kind.NAMES) {
      return table.find(name.get()).isPresent();
    }
    if (kind == Kind.RECIPIENTS && table.find(name.get()).isPresent()) {
      return true;
    }
    TableKeys.Parents parents = subdomains ? TableKeys.Parents.BARE : TableKeys.Parents.DOTTED;
    return new TableList(List.of(table))
        .find(TableKeys.host(domain(name.get()), parents))
        .isPresent();
  }

  private void addFile(
      String file, Function<String, LookupTable> tables, boolean negated, int depth) {
    if (depth >= DEEPEST) {
      throw new BadValue("files name each other: " + file);
    }
    String content;
    try {
      content = new String(Files.readAllBytes(Path.of(file)), UTF_8);
    } catch (IOException | InvalidPathException e) {
      warnings.add("cannot read " + file + ": every look-up that reaches it fails");
      items.add(
          new Item(
              negated,
              (name, address) -> {
                throw new LookupUnavailable("cannot read " + file);
              },
              file));
      return;
    }
    try {
      LogicalLines lines = new LogicalLines(new StringReader(content));
      while (lines.next()) {
        MatchItems found = MatchItems.of(lines.text());
        found.items().forEach(item -> add(item, tables, negated, depth + 1));
        if (!found.comment().isEmpty()) {
          warnings.add(file + ", line " + lines.line() + ": " + found.warning());
        }
      }
    } catch (IOException e) {
      throw new BadValue(file + ": " + e.getMessage());
    }
  }
}
