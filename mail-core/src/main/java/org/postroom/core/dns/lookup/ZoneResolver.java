package org.postroom.core.dns.lookup;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;

/**
 * Names from a text, for tests and the fixture: no network, always the same answers. Immutable.
 *
 * <pre>{@code
 * # one record a line
 * example.org     MX 10 mx.example.org
 * example.org     NS ns.example.org
 * mx.example.org  A 192.0.2.1
 * www.example.org CNAME mx.example.org
 * 192.0.2.1       PTR mx.example.org
 * www.example.org TXT any words
 * _25._tcp.mx.example.org TLSA 3 1 1 0A1B2C
 * broken.test     SERVFAIL
 * plain.test      UNSIGNED
 * }</pre>
 *
 * <p>Mail is not sent to a loopback address that a name has, unless {@code smtp_special_networks}
 * lists it.
 *
 * <p>Types are MX, NS, A, AAAA, PTR (of an address), TXT, TLSA, CNAME and SERVFAIL, which is also
 * what somebody hears who checks signatures that are wrong. A name without a line does not exist,
 * unless one below it does. Everything counts as signed, but for what is at or below a name that is
 * UNSIGNED: it is not proven, and has no TLSA records.
 */
public final class ZoneResolver implements Resolver {
  private static final int MOST_ALIASES = 16;

  private final Map<String, List<MailExchanger>> exchangers = new HashMap<>();
  private final Map<String, List<Domain>> nameServers = new HashMap<>();
  private final Map<String, List<InetAddress>> addresses = new HashMap<>();
  private final Map<String, List<String>> texts = new HashMap<>();
  private final Map<String, List<Tlsa>> associations = new HashMap<>();
  private final Map<InetAddress, List<Domain>> names = new HashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<String> unsigned = new HashSet<>();
  private final Set<String> existing = new HashSet<>();

  private ZoneResolver() {}

  /**
   * A resolver for these records.
   *
   * @throws IllegalArgumentException at a line that is none
   */
  public static ZoneResolver of(String... lines) {
    ZoneResolver zone = new ZoneResolver();
    for (String text : lines) {
      text.lines().forEach(zone::add);
    }
    return zone;
  }

  private void add(String line) {
    int comment = line.indexOf('#');
    String record = (comment < 0 ? line : line.substring(0, comment)).strip();
    if (record.isEmpty()) {
      return;
    }
    String[] words = record.split("\\s+", record.matches("\\S+\\s+(?i:TXT)\\s.*") ? 3 : 0);
    String type = words.length > 1 ? words[1].toUpperCase(Locale.ROOT) : "";
    int expected =
        switch (type) {
          case "SERVFAIL", "UNSIGNED" -> 2;
          case "A", "AAAA", "CNAME", "NS", "PTR", "TXT" -> 3;
          case "MX" -> 4;
          case "TLSA" -> 6;
          default -> -1;
        };
    if (words.length != expected) {
      throw new IllegalArgumentException("Not a record: " + record);
    }
    if (type.equals("PTR")) {
      names
          .computeIfAbsent(address(words[0]), a -> new ArrayList<>())
          .add(Domain.of(key(words[2])));
      return;
    }
    String owner = key(words[0]);
    if (type.equals("UNSIGNED")) {
      unsigned.add(owner);
      return;
    }
    exists(owner);
    switch (type) {
      case "MX" ->
          exchangers
              .computeIfAbsent(owner, o -> new ArrayList<>())
              .add(new MailExchanger(Integer.parseInt(words[2]), key(words[3])));
      case "NS" ->
          nameServers.computeIfAbsent(owner, o -> new ArrayList<>()).add(Domain.of(key(words[2])));
      case "TXT" -> texts.computeIfAbsent(owner, o -> new ArrayList<>()).add(words[2]);
      case "TLSA" ->
          associations.computeIfAbsent(owner, o -> new ArrayList<>()).add(association(words));
      case "CNAME" -> aliases.put(owner, key(words[2]));
      case "SERVFAIL" -> broken.add(owner);
      default -> addresses.computeIfAbsent(owner, o -> new ArrayList<>()).add(address(words[2]));
    }
  }

  private static Tlsa association(String[] words) {
    return new Tlsa(
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        words[5].toLowerCase(Locale.ROOT));
  }

  private void exists(String owner) {
    for (String name = owner; ; name = name.substring(name.indexOf('.') + 1)) {
      existing.add(name);
      if (name.indexOf('.') < 0) {
        return;
      }
    }
  }

  private static String key(String name) {
    String ascii = Domain.spelled(name);
    return ascii.length() > 1 && ascii.endsWith(".")
        ? ascii.substring(0, ascii.length() - 1)
        : ascii;
  }

  private static InetAddress address(String literal) {
    if (!literal.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      throw new IllegalArgumentException("Not an address: " + literal); // and never a look-up
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("Not an address: " + literal, e);
    }
  }

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return look(domain, exchangers);
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return look(domain, nameServers);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    return look(host, addresses);
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    List<Domain> found = names.get(address);
    return CompletableFuture.completedFuture(
        found == null ? new Answer.NoSuchName<>() : new Answer.Found<>(found));
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return look(name, texts);
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return look(name, associations)
        .thenApply(
            answer ->
                answer instanceof Answer.Found<Tlsa> found && found.proven().isEmpty()
                    ? new Answer.NoData<>()
                    : answer);
  }

  @Override
  public Optional<Resolver> validating() {
    return Optional.of(this);
  }

  private boolean isSigned(String name) {
    return unsigned.stream().noneMatch(zone -> name.equals(zone) || name.endsWith("." + zone));
  }

  private <T> CompletionStage<Answer<T>> look(Domain domain, Map<String, List<T>> records) {
    return CompletableFuture.completedFuture(answer(domain, records));
  }

  private <T> Answer<T> answer(Domain domain, Map<String, List<T>> records) {
    String name = domain.name();
    boolean signed = isSigned(name);
    for (int i = 0; i < MOST_ALIASES; i++) {
      if (broken.contains(name)) {
        return new Answer.TryAgain<>("SERVFAIL for " + name);
      }
      List<T> found = records.get(name);
      if (found != null) {
        return new Answer.Found<>(found, signed ? Optional.of(Domain.of(name)) : Optional.empty());
      }
      String alias = aliases.get(name);
      if (alias == null) {
        return existing.contains(name) ? new Answer.NoData<>() : new Answer.NoSuchName<>();
      }
      name = alias;
      signed &= isSigned(name);
    }
    return new Answer.TryAgain<>("Too many aliases from " + domain);
  }
}
