package org.postroom.testkit;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.testing.Until;

/**
 * A program that starts and ends many servers, in turn and together, and says what is left of them:
 * a line for each kind of thing, {@code name before after}.
 */
final class StartsAndStops {
  /** After these all classes are there, and pools of the JDK as large as they become. */
  private static final int WARM = 30;

  private StartsAndStops() {}

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    int together = Integer.parseInt(args[1]);
    inTurn(WARM);
    together(10);
    Map<String, Long> before = left();
    inTurn(rounds);
    together(together);
    Map<String, Long> after = left();
    for (int looks = 0; looks < 300 && !isQuiet(before, after); looks++) {
      Until.aMoment(); // what ends by itself has a moment for it
      after = left();
    }
    Map<String, Long> last = after;
    before.forEach((name, count) -> System.out.println(name + " " + count + " " + last.get(name)));
    System.out.println("# threads: " + threads());
    System.out.println("# descriptors: " + descriptors());
  }

  private static boolean isQuiet(Map<String, Long> before, Map<String, Long> now) {
    return now.get("threads") <= before.get("threads")
        && now.get("descriptors") <= before.get("descriptors")
        && now.get("files") <= before.get("files");
  }

  private static void inTurn(int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      try (TestMail mail = TestMail.start()) {
        use(mail, i);
      }
    }
  }

  /** All of them run at the same time. */
  private static void together(int count) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<TestMail> servers = new ArrayList<>();
    try {
      List<Callable<TestMail>> starts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        starts.add(TestMail::start);
      }
      for (Future<TestMail> started : pool.invokeAll(starts)) {
        servers.add(started.get());
      }
      List<Callable<Boolean>> uses = new ArrayList<>();
      for (TestMail mail : servers) {
        uses.add(
            () -> {
              use(mail, uses.size());
              return true;
            });
      }
      for (Future<Boolean> used : pool.invokeAll(uses)) {
        used.get();
      }
    } finally {
      servers.forEach(TestMail::close);
      pool.shutdownNow();
    }
  }

  /** A mail in, and another user who does not get in. */
  private static void use(TestMail mail, int round) throws IOException {
    String user = "user" + round + "@example.org";
    try (Lines smtp = new Lines(mail.smtp());
        Lines imap = new Lines(mail.imap())) {
      for (String line :
          new String[] {"HELO here", "MAIL FROM:<a@example.org>", "RCPT TO:<" + user + ">"}) {
        expect(smtp.say(line), "250");
      }
      expect(smtp.say("DATA"), "354");
      expect(smtp.say("Subject: " + round + "\r\n\r\nHello\r\n."), "250");
      expect(imap.ask("LOGIN " + user + " wrong"), "t NO");
      expect(imap.ask("LOGIN " + user + " " + TestMail.PASSWORD), "t OK");
      expect(imap.ask("SELECT INBOX"), "* 1 EXISTS");
    }
    if (mail.received().size() != 1) {
      throw new IllegalStateException("received: " + mail.received());
    }
  }

  private static void expect(String answer, String part) {
    if (answer == null || !answer.contains(part)) {
      throw new IllegalStateException("wanted " + part + ", got " + answer);
    }
  }

  private static Map<String, Long> left() throws IOException {
    Map<String, Long> left = new LinkedHashMap<>();
    left.put("threads", (long) Thread.getAllStackTraces().size());
    left.put("descriptors", count(Path.of("/proc/self/fd")));
    left.put("files", count(Path.of(System.getProperty("java.io.tmpdir"))));
    System.gc();
    System.gc();
    left.put("classes", (long) ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    left.put("heap-kb", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024);
    return left;
  }

  private static long count(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }

  /** What they are, by name; sockets and the like have their number in it. */
  private static Map<String, Long> descriptors() throws IOException {
    Path all = Path.of("/proc/self/fd");
    if (!Files.isDirectory(all)) {
      return Map.of();
    }
    Map<String, Long> names = new TreeMap<>();
    try (Stream<Path> entries = Files.list(all)) {
      for (Path entry : entries.toList()) {
        try {
          names.merge(Files.readSymbolicLink(entry).toString(), 1L, Long::sum);
        } catch (IOException e) {
          names.merge("gone, as this list's own", 1L, Long::sum);
        }
      }
    }
    names.keySet().removeIf(name -> name.endsWith(".jar"));
    return names;
  }

  private static Map<String, Long> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .collect(Collectors.groupingBy(Thread::getName, TreeMap::new, Collectors.counting()));
  }
}
