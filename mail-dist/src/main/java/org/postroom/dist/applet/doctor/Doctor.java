package org.postroom.dist.applet.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.postroom.core.address.Domain;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;

/**
 * Makes every check there is, side by side, with one time limit for all. What others do not answer
 * in time is not looked at; nothing is changed.
 */
public final class Doctor {
  /** More domains than these are not looked at. */
  static final int MOST_DOMAINS = 100;

  private static final int SIDE_BY_SIDE = 32;

  /** A little longer than others may take: their own limit ends first, with a better reason. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** In the order of causes: what stands before may be why what stands behind is wrong. */
  private static final List<Row> ROWS =
      Stream.of(ServerChecks.ALL, DomainChecks.ALL, MachineChecks.ALL)
          .flatMap(List::stream)
          .toList();

  private final World world;
  private final Duration limit;

  /** One that takes so long at most. */
  public Doctor(World world, Duration limit) {
    this.world = world;
    this.limit = limit;
  }

  /**
   * Looks at a server.
   *
   * @param named the domains to look at; where there are none, those that the configuration names
   * @return problems first, then warnings; among those the likely cause first
   */
  public List<Finding> examine(Site site, List<Domain> named) {
    List<Domain> all = named.isEmpty() ? site.domains() : named;
    List<Domain> domains = all.subList(0, Math.min(all.size(), MOST_DOMAINS));
    List<Finding> findings = new ArrayList<>();
    if (domains.size() < all.size()) {
      findings.add(
          Finding.unknown(all.size() - domains.size() + " more than " + MOST_DOMAINS)
              .of("domains", ""));
    }
    if (named.isEmpty() && !site.unnamed().isEmpty()) {
      findings.add(
          Finding.unknown(
                  "names in tables ("
                      + String.join("; ", site.unnamed())
                      + "): say which, as in postroom doctor example.org")
              .of("domains", ""));
    }
    ExecutorService workers = Executors.newFixedThreadPool(SIDE_BY_SIDE, threads());
    ExecutorService calls = Executors.newCachedThreadPool(threads());
    try {
      Deadline deadline = Deadline.in(limit, world.clock());
      Examination on =
          new Examination(
              site, world, domains, new Names(world.names(), deadline), deadline, calls);
      findings.addAll(made(on, workers));
    } finally {
      workers.shutdownNow();
      calls.shutdownNow();
    }
    findings.sort(Comparator.comparing(Finding::level).reversed());
    return List.copyOf(findings);
  }

  /** What there is to say where the configuration cannot be started with: its faults. */
  public static List<Finding> of(BadConfiguration bad) {
    List<Finding> findings = new ArrayList<>();
    for (Fault fault : bad.faults()) {
      findings.add(
          Finding.problem(fault.toString(), "The server does not start with it.", "postroom check")
              .of("configuration", ""));
    }
    findings.add(
        Finding.unknown("all else: it rests on a configuration without faults").of("checks", ""));
    return findings;
  }

  private static ThreadFactory threads() {
    return task -> {
      Thread thread = new Thread(task, "postroom-doctor");
      thread.setDaemon(true);
      return thread;
    };
  }

  private List<Finding> made(Examination on, ExecutorService workers) {
    List<Pending> pending = new ArrayList<>();
    for (Row row : ROWS) {
      if (row instanceof Row.OfServer one) {
        pending.add(begin(row, "", () -> one.judge().apply(on), workers));
      } else if (row instanceof Row.OfDomain each) {
        for (Domain domain : on.domains()) {
          pending.add(begin(row, domain.name(), () -> each.judge().apply(on, domain), workers));
        }
      }
    }
    List<Finding> findings = new ArrayList<>();
    Deadline end = new Deadline(world.clock(), on.deadline().end().plus(GRACE));
    pending.forEach(one -> findings.addAll(one.findings(end)));
    return findings;
  }

  private Pending begin(
      Row row, String about, Callable<List<Finding>> judge, ExecutorService workers) {
    boolean left = world.offline() && row.asksOthers();
    return new Pending(
        row.name(),
        about,
        workers.submit(
            left ? () -> List.of(Finding.unknown("it needs the network: --offline")) : judge));
  }

  private record Pending(String name, String about, Future<List<Finding>> future) {
    List<Finding> findings(Deadline deadline) {
      return found(deadline).stream().map(finding -> finding.of(name, about)).toList();
    }

    private List<Finding> found(Deadline deadline) {
      try {
        return future.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        return List.of(Finding.unknown("no answer within the time for all"));
      } catch (ExecutionException e) {
        return List.of(
            Finding.unknown(
                e.getCause() instanceof Unanswered none
                    ? none.reason()
                    : "the check itself has failed: " + e.getCause()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return List.of(Finding.unknown("interrupted"));
      }
    }
  }
}
