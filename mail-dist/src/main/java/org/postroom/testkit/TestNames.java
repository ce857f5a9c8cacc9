package org.postroom.testkit;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.time.VirtualTime;

/**
 * The DNS of a test: records as {@link ZoneResolver} reads them, which the test changes while
 * servers run, and names that cannot be asked for now, or not quickly. Nothing is cached, so that
 * the next question has the new answer. All counts as signed (DNSSEC), but for names that are
 * {@code UNSIGNED}. Threads share it.
 *
 * <pre>{@code
 * network.names().put("example.org MX 10 mx.elsewhere.example");
 * network.names().put("_25._tcp.mx.elsewhere.example TLSA 3 1 1 0A1B2C");
 * network.names().fail("example.org");
 * network.names().answerAfter(Duration.ofSeconds(30));
 * }</pre>
 */
public final class TestNames implements Resolver {
  private final VirtualTime time;
  private final Map<String, List<String>> records = new LinkedHashMap<>();
  private final Set<String> failing = new HashSet<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile ZoneResolver zone = ZoneResolver.of();
  private volatile Duration delay = Duration.ZERO;

  /** No names yet. */
  TestNames(VirtualTime time) {
    this.time = time;
  }

  /**
   * Has these records, one a line, stand in the place of all that their names had of the same type.
   *
   * @throws IllegalArgumentException at a line that is none; then nothing has changed
   */
  public synchronized TestNames put(String... lines) {
    Map<String, List<String>> put = new LinkedHashMap<>();
    for (String text : lines) {
      text.lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .forEach(line -> put.computeIfAbsent(kind(line), kind -> new ArrayList<>()).add(line));
    }
    ZoneResolver unused = ZoneResolver.of(lines); // refuses what is no record
    records.putAll(put);
    change();
    return this;
  }

  /** Takes away all records of a name: it does not exist. */
  public synchronized TestNames remove(String name) {
    records.keySet().removeIf(kind -> kind.startsWith(key(name) + " "));
    change();
    return this;
  }

  /**
   * Whoever asks for {@code name} hears that there is no answer now (SERVFAIL), as where a name
   * server is broken, or a signature of DNSSEC.
   */
  public synchronized TestNames fail(String name) {
    failing.add(key(name));
    change();
    return this;
  }

  /** Answers again. */
  public synchronized TestNames heal(String name) {
    failing.remove(key(name));
    change();
    return this;
  }

  /** From now on answers take so long, by the network's time. */
  public TestNames answerAfter(Duration wait) {
    delay = wait;
    return this;
  }

  /** What servers have asked for, in order: {@code example.org MX}. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void change() {
    List<String> all = new ArrayList<>();
    records.values().forEach(all::addAll);
    failing.forEach(name -> all.add(name + " SERVFAIL"));
    zone = ZoneResolver.of(all.toArray(new String[0]));
  }

  /** A line's name and type. */
  private static String kind(String line) {
    String[] words = line.split("\\s+", 3);
    return key(words[0]) + " " + (words.length < 2 ? "" : words[1].toUpperCase(Locale.ROOT));
  }

  private static String key(String name) {
    return Domain.spelled(name);
  }

  // --- as servers see it

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    return ask(domain.name() + " MX", now -> now.mx(domain));
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return ask(domain.name() + " NS", now -> now.nameServers(domain));
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    return ask(host.name() + " A", now -> now.addresses(host));
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return ask(address.getHostAddress() + " PTR", now -> now.names(address));
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return ask(name.name() + " TXT", now -> now.texts(name));
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return ask(name.name() + " TLSA", now -> now.tlsa(name));
  }

  @Override
  public Optional<Resolver> validating() {
    return Optional.of(this);
  }

  private <T> CompletionStage<Answer<T>> ask(
      String question, Function<Resolver, CompletionStage<Answer<T>>> answer) {
    asked.add(question);
    Duration wait = delay;
    if (wait.isZero()) {
      return answer.apply(zone);
    }
    CompletableFuture<Answer<T>> late = new CompletableFuture<>();
    time.after(
        wait,
        () ->
            // What follows may take long, and is no timer's work.
            time.handOn(
                ForkJoinPool.commonPool(),
                () -> answer.apply(zone).thenAccept(late::complete).toCompletableFuture().join()));
    return late;
  }
}
