package org.postroom.dist.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Place;
import org.postroom.core.trouble.Reason;

/**
 * The file of jobs: one a logical line, as {@code NAME URL to=LOGIN password_file=PATH …}. Every
 * fault in it is found, and said with its line.
 */
final class FetchFile {
  private static final int MOST = 10_000;
  private static final Duration USUAL = Duration.ofMinutes(5);
  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Pattern TIME = Pattern.compile("(\\d{1,6})([smhd])");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}");

  /** Where a job has from what it logs in with: one of them. */
  private static final List<String> PROOFS =
      List.of("password_file", "passwordeval", "token_file", "tokeneval");

  private static final List<String> KNOWN =
      List.of(
          "to",
          "folder",
          "password_file",
          "passwordeval",
          "token_file",
          "tokeneval",
          "interval",
          "keep",
          "flags",
          "tls",
          "verify",
          "ca_file");

  private final Path file;
  private final List<String> unsafe;
  private final List<FetchJob> jobs = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final Map<String, String> byKey = new HashMap<>();

  private FetchFile(Path file, List<String> unsafe) {
    this.file = file;
    this.unsafe = unsafe;
  }

  /**
   * All jobs of a file.
   *
   * @param unsafe paths of passwords that may be open to others
   * @throws BadConfiguration when anything is wrong with it
   */
  static List<FetchJob> read(Path file, List<String> unsafe) {
    FetchFile reading = new FetchFile(file, unsafe);
    reading.read();
    if (!reading.faults.isEmpty()) {
      throw new BadConfiguration(reading.faults);
    }
    return List.copyOf(reading.jobs);
  }

  private void read() {
    int line = 0;
    try (BufferedReader in = Files.newBufferedReader(file, UTF_8)) {
      LogicalLines lines = new LogicalLines(in);
      while (lines.next()) {
        line = lines.line();
        if (jobs.size() == MOST) {
          fault(line, "more than " + MOST + " jobs");
          return;
        }
        take(line, lines.text());
      }
    } catch (IOException e) {
      fault(0, "cannot be read: " + Reason.text(e));
    } catch (BadValue e) {
      fault(line, e.reason());
    }
  }

  private void fault(int line, String text) {
    faults.add(new Fault(new Place(file.toString(), line), FetchParams.JOBS.name(), text));
  }

  private void take(int line, String text) {
    try {
      FetchJob job = job(text.strip().split("\\s+", -1));
      String other = byKey.putIfAbsent(job.key(), job.name());
      if (other != null) {
        throw new BadValue("job " + other + " fetches the same mail for the same account");
      }
      if (jobs.stream().anyMatch(one -> one.name().equals(job.name()))) {
        throw new BadValue("there is a job " + job.name() + " already");
      }
      jobs.add(job);
    } catch (BadValue e) {
      fault(line, e.reason());
    } catch (InvalidPathException e) {
      fault(line, "a path that can be none: " + e.getReason());
    }
  }

  private FetchJob job(String[] words) {
    if (words.length < 2 || !NAME.matcher(words[0]).matches()) {
      throw new BadValue(
          "expected a name of letters, digits and ._@+-, then pop3s://USER@HOST or the like");
    }
    Map<String, String> given = new HashMap<>();
    for (int i = 2; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String name = equals < 0 ? words[i] : words[i].substring(0, equals);
      if (equals < 0 || !KNOWN.contains(name)) {
        throw new BadValue(
            words[i] + ": expected one of " + String.join("=, ", KNOWN) + "=, with its value");
      }
      if (given.put(name, words[i].substring(equals + 1)) != null) {
        throw new BadValue(name + "= is said twice");
      }
    }
    Remote remote = Remote.parse(words[1]);
    FetchJob.Leaving leaving = leaving(given.getOrDefault("keep", FetchJob.Leaving.REMOVED.word()));
    boolean flags = yes(given, "flags", false);
    if (remote.protocol() == Remote.Protocol.POP3
        && (flags || leaving == FetchJob.Leaving.KEPT_AS_SEEN)) {
      throw new BadValue((flags ? "flags=yes" : "keep=seen") + ": POP3 knows no flags");
    }
    return new FetchJob(
        words[0],
        remote,
        needed(given, "to"),
        folder(given.getOrDefault("folder", MailboxName.INBOX.value())),
        proof(given),
        time(given.getOrDefault("interval", "")),
        leaving,
        flags,
        tls(given.getOrDefault("tls", "required")),
        yes(given, "verify", true),
        Optional.ofNullable(given.get("ca_file")).map(Path::of));
  }

  private static String needed(Map<String, String> given, String name) {
    String value = given.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw new BadValue("expected " + name + "=, and a value");
    }
    return value;
  }

  /** Words of the file end at blanks; a name with one has %20 there. */
  private static MailboxName folder(String text) {
    try {
      return MailboxName.of(text.replace("%20", " ").replace("%25", "%"));
    } catch (BadMailboxName e) {
      throw new BadValue("folder=" + text + ": " + e.getMessage());
    }
  }

  private JobProof proof(Map<String, String> given) {
    List<String> said = PROOFS.stream().filter(given::containsKey).toList();
    if (said.size() != 1) {
      throw new BadValue("expected " + String.join("=, or ", PROOFS) + "=, and a value");
    }
    String name = said.get(0);
    List<String> words = new ArrayList<>();
    for (String word : needed(given, name).split("%20", -1)) {
      words.add(word.replace("%25", "%"));
    }
    boolean isSaid = name.endsWith("eval");
    Path path = Path.of(isSaid ? words.get(0) : given.getOrDefault(name, ""));
    if (!path.isAbsolute()) {
      throw new BadValue(name + "=" + path + ": expected a path from / on");
    }
    if (!isSaid && !Files.isReadable(path)) {
      throw new BadValue(path + " is not there, or cannot be read by this user");
    }
    JobProof proof =
        new JobProof(
            name.startsWith("token"),
            isSaid,
            path,
            isSaid ? words.subList(1, words.size()) : List.of());
    Optional<String> fault = proof.fault(unsafe);
    if (fault.isPresent()) {
      throw new BadValue(fault.get());
    }
    return proof;
  }

  private static Duration time(String text) {
    if (text.isEmpty()) {
      return USUAL;
    }
    Matcher form = TIME.matcher(text);
    if (!form.matches()) {
      throw new BadValue("interval=" + text + ": expected a time such as 5m (s, m, h, d)");
    }
    long count = Long.parseLong(form.group(1));
    Duration time =
        switch (form.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    if (time.compareTo(SHORTEST) < 0) {
      throw new BadValue("interval=" + text + ": expected 10s at least");
    }
    return time;
  }

  private static boolean yes(Map<String, String> given, String name, boolean usual) {
    String text = given.getOrDefault(name, usual ? "yes" : "no");
    if (!text.equals("yes") && !text.equals("no")) {
      throw new BadValue(name + "=" + text + ": expected yes or no");
    }
    return text.equals("yes");
  }

  private static FetchJob.Leaving leaving(String text) {
    return Arrays.stream(FetchJob.Leaving.values())
        .filter(one -> one.word().equals(text))
        .findFirst()
        .orElseThrow(() -> new BadValue("keep=" + text + ": expected yes, no or seen"));
  }

  private static FetchJob.Tls tls(String text) {
    return switch (text) {
      case "required" -> FetchJob.Tls.REQUIRED;
      case "none" -> FetchJob.Tls.NONE;
      default -> throw new BadValue("tls=" + text + ": expected required or none");
    };
  }
}
