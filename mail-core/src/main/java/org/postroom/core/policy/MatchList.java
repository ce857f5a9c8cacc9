package org.postroom.core.policy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.Network;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.MatchItems;
import org.postroom.core.fact.LookupUnavailable;

/**
 * A list such as {@code mydestination} or {@code mynetworks}: read from left to right, the first
 * item that matches decides, {@code !item} decides against. Files are read when the list is made;
 * one that cannot be read makes every look-up that reaches it fail.
 */
public final class MatchList {

  private static final int DEEPEST = 10;

  private interface Pattern {
    boolean matches(Supplier<String> name, Optional<InetAddress> address);
  }

  private record Item(boolean negated, Pattern pattern, String text) {}

  private final boolean subdomains;
  private final List<Item> items = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private MatchList(boolean subdomains) {
    this.subdomains = subdomains;
  }

  /**
   * Names, compared whole or, with {@code subdomains}, with their parents too.
   *
   * @throws BadValue for an item that we cannot obey
   */
  public static MatchList ofDomains(List<String> texts, boolean subdomains) {
    MatchList list = new MatchList(subdomains);
    texts.forEach(text -> list.add(text, false, false, 0));
    return list;
  }

  /** Addresses, blocks and client names. {@link BadValue} for an item that we cannot obey. */
  public static MatchList ofClients(List<String> texts, boolean subdomains) {
    MatchList list = new MatchList(subdomains);
    texts.forEach(text -> list.add(text, true, false, 0));
    return list;
  }

  static MatchList ofNetworks(List<Network> networks) {
    MatchList list = new MatchList(false);
    networks.forEach(network -> list.addNetwork(network, false));
    return list;
  }

  /** {@link LookupUnavailable} if a file that decides could not be read. */
  public boolean contains(Domain domain) {
    return matches(domain::name, Optional.empty());
  }

  /**
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

  /** Blocks that match, without those that are excluded. */
  List<Network> networks() {
    return List.copyOf(networks);
  }

  /** Plain names that match. */
  List<String> names() {
    return List.copyOf(names);
  }

  /** What an administrator should know about the files that were read. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private void add(String text, boolean clients, boolean outerNegated, int depth) {
    boolean negated = outerNegated;
    String item = text;
    while (item.startsWith("!")) {
      negated = !negated;
      item = item.substring(1);
    }
    if (item.startsWith("/")) {
      addFile(item, clients, negated, depth);
    } else if (item.indexOf(':') >= 0 && !item.startsWith("[")) {
      throw new BadValue(
          "table type not supported yet: "
              + item
              + (clients ? " (an IPv6 address is written [::1]/128)" : ""));
    } else if (clients && looksLikeAddress(item)) {
      try {
        addNetwork(Network.parse(item), negated);
      } catch (MalformedAddress e) {
        throw new BadValue(String.valueOf(e.getMessage()));
      }
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

  private void addName(String item, boolean negated) {
    if (item.isEmpty()) {
      throw new BadValue("an item is empty");
    }
    if (!negated) {
      names.add(item);
    }
    boolean below = item.startsWith(".") ? !subdomains : subdomains;
    String suffix = item.startsWith(".") ? item : "." + item;
    items.add(
        new Item(
            negated,
            (name, address) -> {
              String asked = name.get();
              return asked.equals(item) || below && asked.endsWith(suffix);
            },
            item));
  }

  private void addFile(String file, boolean clients, boolean negated, int depth) {
    if (depth >= DEEPEST) {
      throw new BadValue("files name each other: " + file);
    }
    String content;
    try {
      content = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      items.add(
          new Item(
              negated,
              (name, address) -> {
                throw new LookupUnavailable("cannot read " + file);
              },
              file));
      return;
    }
    int number = 0;
    for (String line : content.lines().toList()) {
      number++;
      if (!line.strip().startsWith("#")) {
        MatchItems found = MatchItems.of(line);
        found.items().forEach(item -> add(item, clients, negated, depth + 1));
        if (!found.comment().isEmpty()) {
          warnings.add(file + ", line " + number + ": " + found.warning());
        }
      }
    }
  }
}
