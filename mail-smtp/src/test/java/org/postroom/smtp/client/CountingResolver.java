package org.postroom.smtp.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver;
import org.postroom.core.dns.lookup.ZoneResolver;

/** A zone that notes what it is asked, and keeps its answers back when it is told to. */
final class CountingResolver implements Resolver {
  private final ZoneResolver zone;
  private final List<Domain> hosts = new ArrayList<>();
  private final List<Runnable> kept = new ArrayList<>();
  private boolean keeping;
  private int exchangers;

  CountingResolver(String... lines) {
    zone = ZoneResolver.of(lines);
  }

  /** From now on hosts are answered when {@link #answerOne} says so. */
  void keepBack() {
    keeping = true;
  }

  /** How many answers are kept back. */
  int underWay() {
    return kept.size();
  }

  /** Answers the question that has waited longest. */
  void answerOne() {
    kept.remove(0).run();
  }

  /** The hosts whose addresses have been asked for. */
  List<Domain> hosts() {
    return List.copyOf(hosts);
  }

  /** How often exchangers have been asked for. */
  int exchangers() {
    return exchangers;
  }

  @Override
  public CompletionStage<Answer<MailExchanger>> mx(Domain domain) {
    exchangers++;
    return zone.mx(domain);
  }

  @Override
  public CompletionStage<Answer<Domain>> nameServers(Domain domain) {
    return zone.nameServers(domain);
  }

  @Override
  public CompletionStage<Answer<InetAddress>> addresses(Domain host) {
    hosts.add(host);
    if (!keeping) {
      return zone.addresses(host);
    }
    CompletableFuture<Answer<InetAddress>> later = new CompletableFuture<>();
    kept.add(() -> zone.addresses(host).thenAccept(later::complete));
    return later;
  }

  @Override
  public CompletionStage<Answer<Domain>> names(InetAddress address) {
    return zone.names(address);
  }

  @Override
  public CompletionStage<Answer<String>> texts(Domain name) {
    return zone.texts(name);
  }

  @Override
  public CompletionStage<Answer<Tlsa>> tlsa(Domain name) {
    return zone.tlsa(name);
  }
}
