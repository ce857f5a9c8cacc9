package org.postroom.smtp.client.sts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;

/**
 * What a domain wants of whoever sends it mail (RFC 8461, 3.2).
 *
 * @param maxAge how long it may be kept, in whole seconds; a year at most
 * @param exchangers names of the hosts that its mail may go to, in lower case: whole ones, and
 *     {@code *.parent} for each that has one label more. None only where the mode is {@code none};
 *     {@link #MOST_EXCHANGERS} at most
 */
record StsPolicy(Mode mode, Duration maxAge, List<String> exchangers) {
  /** More of them than anybody has: what is kept of a stranger's words has a bound. */
  static final int MOST_EXCHANGERS = 100;

  /** A longer file is no policy. */
  static final int LONGEST_FILE = 64 * 1024;

  private static final long LONGEST_AGE = 31_557_600;

  /** What is to be done with a host that is not as the policy wants it. */
  enum Mode {
    /** No mail goes there. */
    ENFORCE,
    /** It is reported, and mail goes there all the same. */
    TESTING,
    /** There is no policy, or not any more. */
    NONE;

    /** As files write it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A file that is no policy; says why. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String reason) {
      super(reason, null, false, false);
    }
  }

  StsPolicy {
    exchangers = List.copyOf(exchangers);
  }

  /**
   * Reads a file. Keys that nobody knows are passed over; of one that is there twice the first
   * counts, but for {@code mx}.
   *
   * @throws Malformed where it is no policy
   */
  static StsPolicy parse(String file) {
    if (file.length() > LONGEST_FILE) {
      throw new Malformed("it is longer than 64 KB");
    }
    @Nullable String version = null;
    @Nullable String mode = null;
    @Nullable String maxAge = null;
    Set<String> exchangers = new LinkedHashSet<>();
    for (String line : file.split("\r?\n", -1)) {
      if (line.isBlank()) {
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new Malformed("a line has no key: " + told(line));
      }
      String value = line.substring(colon + 1).strip();
      switch (line.substring(0, colon).strip()) {
        case "version" -> version = version == null ? value : version;
        case "mode" -> mode = mode == null ? value : mode;
        case "max_age" -> maxAge = maxAge == null ? value : maxAge;
        case "mx" -> exchangers.add(pattern(value));
        default -> {
          // RFC 8461, 3.2: for what comes later.
        }
      }
    }
    if (!"STSv1".equals(version)) {
      throw new Malformed("expected version: STSv1, in place of " + told(version));
    }
    if (exchangers.size() > MOST_EXCHANGERS) {
      throw new Malformed("it has more than " + MOST_EXCHANGERS + " lines mx");
    }
    StsPolicy policy = new StsPolicy(mode(mode), age(maxAge), new ArrayList<>(exchangers));
    if (policy.mode() != Mode.NONE && exchangers.isEmpty()) {
      throw new Malformed("it has no line mx");
    }
    return policy;
  }

  private static Mode mode(@Nullable String word) {
    for (Mode mode : Mode.values()) {
      if (mode.word().equals(word)) {
        return mode;
      }
    }
    throw new Malformed("expected mode: enforce, testing or none, in place of " + told(word));
  }

  private static Duration age(@Nullable String digits) {
    if (digits != null && digits.matches("[0-9]{1,10}")) {
      long seconds = Long.parseLong(digits);
      if (seconds <= LONGEST_AGE) {
        return Duration.ofSeconds(seconds);
      }
    }
    throw new Malformed(
        "expected max_age: seconds, " + LONGEST_AGE + " at most, in place of " + told(digits));
  }

  private static String pattern(String written) {
    boolean wild = written.startsWith("*.");
    String name = wild ? written.substring(2) : written;
    Optional<Domain> domain =
        IpLiteral.parse(name).isPresent() ? Optional.empty() : Domain.parse(name);
    if (domain.isEmpty() || domain.get().isLiteral()) {
      throw new Malformed("expected mx: a host, or *. and a domain, in place of " + told(written));
    }
    return (wild ? "*." : "") + domain.get().name();
  }

  /** Whether a host is one that mail may go to. */
  boolean names(String host) {
    String name = Domain.parse(host).map(Domain::name).orElse("");
    int dot = name.indexOf('.');
    String parent = dot > 0 ? "*" + name.substring(dot) : "";
    return exchangers.contains(name) || exchangers.contains(parent);
  }

  /** The lines of a file that says the same. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("version: STSv1");
    lines.add("mode: " + mode.word());
    exchangers.forEach(one -> lines.add("mx: " + one));
    lines.add("max_age: " + maxAge.toSeconds());
    return lines;
  }

  /** How much of memory and store it takes, about: characters. */
  int weight() {
    return 100 + exchangers.stream().mapToInt(one -> 60 + one.length()).sum();
  }

  /** What somebody else has written: on one line, and no longer than anybody reads. */
  private static String told(@Nullable String text) {
    if (text == null) {
      return "nothing";
    }
    String line = text.replaceAll("[^ -~]", "?");
    return "\"" + (line.length() > 60 ? line.substring(0, 60) + "…" : line) + "\"";
  }
}
