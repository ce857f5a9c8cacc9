package org.postroom.smtp.client.tlsrpt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.json.Json;
import org.postroom.smtp.client.tls.PublishedPolicy;

/**
 * What happened with one domain on one day: sessions by policy, failures by what they were. Kept as
 * the report has it (RFC 8460, 4.4). Of policies there are {@link #MOST_POLICIES}, of kinds of
 * failures {@link #MOST_FAILURES}, of a policy's lines {@link #MOST_LINES}: what is beyond is
 * counted and not told. Not thread-safe.
 */
final class Tally {
  static final int MOST_POLICIES = 3;
  static final int MOST_FAILURES = 50;
  static final int MOST_LINES = 20;

  private final Map<PublishedPolicy, Sessions> byPolicy = new LinkedHashMap<>();

  private static final class Sessions {
    private long successes;
    private long failures;
    private final Map<Failure, Long> details = new LinkedHashMap<>();
  }

  /** One session, or an attempt at one. */
  void count(PublishedPolicy policy, Optional<Failure> failure) {
    Sessions sessions = sessions(policy);
    if (failure.isEmpty()) {
      sessions.successes++;
    } else {
      sessions.failures++;
      detail(sessions, failure.get(), 1);
    }
  }

  private Sessions sessions(PublishedPolicy policy) {
    PublishedPolicy told =
        new PublishedPolicy(policy.type(), some(policy.lines()), some(policy.exchangers()));
    if (!byPolicy.containsKey(told) && byPolicy.size() == MOST_POLICIES) {
      return byPolicy.values().iterator().next();
    }
    return byPolicy.computeIfAbsent(told, one -> new Sessions());
  }

  private static List<String> some(List<String> lines) {
    return lines.subList(0, Math.min(lines.size(), MOST_LINES));
  }

  private void detail(Sessions sessions, Failure failure, long count) {
    int all = byPolicy.values().stream().mapToInt(one -> one.details.size()).sum();
    if (all < MOST_FAILURES || sessions.details.containsKey(failure)) {
      sessions.details.merge(failure, count, Long::sum);
    }
  }

  /** Takes in what was counted elsewhere. */
  void add(Tally other) {
    other.byPolicy.forEach(
        (policy, more) -> {
          Sessions sessions = sessions(policy);
          sessions.successes += more.successes;
          sessions.failures += more.failures;
          more.details.forEach((failure, count) -> detail(sessions, failure, count));
        });
  }

  /** How many there were, good and bad. */
  long sessions() {
    return failures() + byPolicy.values().stream().mapToLong(one -> one.successes).sum();
  }

  /** How many have failed. */
  long failures() {
    return byPolicy.values().stream().mapToLong(one -> one.failures).sum();
  }

  /** Keeps the sums alone. */
  void forgetDetails() {
    byPolicy.values().forEach(sessions -> sessions.details.clear());
  }

  /** The {@code policies} of a report to a domain. */
  List<Object> policies(Domain domain) {
    List<Object> policies = new ArrayList<>();
    byPolicy.forEach(
        (policy, sessions) -> {
          Map<String, @Nullable Object> told = new LinkedHashMap<>();
          told.put("policy-type", policy.type().word());
          if (!policy.lines().isEmpty()) {
            told.put("policy-string", policy.lines());
          }
          told.put("policy-domain", domain.name());
          if (!policy.exchangers().isEmpty()) {
            told.put("mx-host", policy.exchangers());
          }
          Map<String, @Nullable Object> one = new LinkedHashMap<>();
          one.put("policy", told);
          Map<String, @Nullable Object> summary = new LinkedHashMap<>();
          summary.put("total-successful-session-count", sessions.successes);
          summary.put("total-failure-session-count", sessions.failures);
          one.put("summary", summary);
          if (!sessions.details.isEmpty()) {
            one.put(
                "failure-details",
                sessions.details.entrySet().stream()
                    .map(detail -> told(detail.getKey(), detail.getValue()))
                    .toList());
          }
          policies.add(one);
        });
    return policies;
  }

  private static Map<String, @Nullable Object> told(Failure failure, long count) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>();
    told.put("result-type", failure.result());
    put(told, "sending-mta-ip", failure.from());
    put(told, "receiving-mx-hostname", failure.host());
    put(told, "receiving-ip", failure.to());
    told.put("failed-session-count", count);
    put(told, "failure-reason-code", failure.reason());
    return told;
  }

  private static void put(Map<String, @Nullable Object> told, String name, String value) {
    if (!value.isEmpty()) {
      told.put(name, value);
    }
  }

  /**
   * Reads what {@link #policies} wrote.
   *
   * @throws Json.Malformed for anything else
   */
  static Tally read(@Nullable Object policies) {
    Tally tally = new Tally();
    each(
        policies,
        one -> {
          Map<?, ?> told = members(one.get("policy"));
          Map<?, ?> summary = members(one.get("summary"));
          Sessions sessions =
              tally.sessions(
                  new PublishedPolicy(
                      type(text(told, "policy-type")),
                      texts(told.get("policy-string")),
                      texts(told.get("mx-host"))));
          sessions.successes += number(summary, "total-successful-session-count");
          sessions.failures += number(summary, "total-failure-session-count");
          each(
              one.get("failure-details"),
              detail ->
                  tally.detail(
                      sessions,
                      new Failure(
                          text(detail, "result-type"),
                          text(detail, "sending-mta-ip"),
                          text(detail, "receiving-mx-hostname"),
                          text(detail, "receiving-ip"),
                          text(detail, "failure-reason-code")),
                      number(detail, "failed-session-count")));
        });
    return tally;
  }

  private static void each(@Nullable Object list, Consumer<Map<?, ?>> use) {
    if (list instanceof List<?> items) {
      items.forEach(item -> use.accept(members(item)));
    }
  }

  private static Map<?, ?> members(@Nullable Object value) {
    if (value instanceof Map<?, ?> members) {
      return members;
    }
    throw new Json.Malformed("no report of ours");
  }

  private static String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : "";
  }

  private static long number(Map<?, ?> members, String name) {
    return members.get(name) instanceof Long number ? number : 0;
  }

  private static List<String> texts(@Nullable Object list) {
    return list instanceof List<?> items
        ? items.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  private static PublishedPolicy.Type type(String word) {
    for (PublishedPolicy.Type type : PublishedPolicy.Type.values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    throw new Json.Malformed("no type of policy: " + word);
  }
}
