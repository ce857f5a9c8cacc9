package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.door.Door;
import org.postroom.core.testing.ChildJvm;
import org.postroom.dist.applet.Postroom;
import org.postroom.dist.assembly.Parts;

/**
 * {@code postroom serve} in a process of its own, as an administrator runs it: it can be stopped,
 * killed at any moment, and started again.
 */
final class ServerProcess implements AutoCloseable {
  /** An orderly stop is no failure, for who has started the process. */
  private static final int STOPPED = 0;

  private static final long PATIENCE_SECONDS = 120;
  private static final Path LAUNCHER = Path.of("src", "main", "launcher");
  private static final Pattern LISTENER = Pattern.compile("([a-z0-9]+) (\\d+)");

  private final Process process;
  private final Said said = new Said();
  private final long launched = System.nanoTime();
  private volatile Duration untilFirstLine = Duration.ZERO;
  private final CompletableFuture<Map<Door, Integer>> ports = new CompletableFuture<>();
  private final Thread reader;

  private ServerProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "server-process-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a server with a configuration file; returns when every port answers. */
  static ServerProcess start(Path mainCf, String... jvmOptions) throws IOException {
    return start(List.of(), mainCf, jvmOptions);
  }

  /**
   * The same below another program.
   *
   * @param around what executes the rest of its arguments, such as {@code setpriv}
   */
  static ServerProcess start(List<String> around, Path mainCf, String... jvmOptions)
      throws IOException {
    return start(around, Postroom.class, mainCf, jvmOptions);
  }

  /** The same with something else in the process. */
  static ServerProcess start(List<String> around, Class<?> main, Path mainCf, String... jvmOptions)
      throws IOException {
    ServerProcess server =
        launch(around, main, List.of(jvmOptions), "serve", "-c", mainCf.toString());
    try {
      server.ports.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return server;
    } catch (ExecutionException | TimeoutException e) {
      server.kill();
      throw new AssertionError("the server does not start:\n" + server.said(), e);
    } catch (InterruptedException e) {
      server.kill();
      throw new IllegalStateException(e);
    }
  }

  /** Runs a command to its end. */
  static Outcome run(String... arguments) throws IOException {
    return run(List.of(), arguments);
  }

  /** The same below another program. */
  static Outcome run(List<String> around, String... arguments) throws IOException {
    try (ServerProcess process = launch(around, Postroom.class, List.of(), arguments)) {
      int status = process.awaitEnd();
      return new Outcome(status, process.said(), process.untilFirstLine);
    }
  }

  /** Begins a command, which may be killed. */
  static ServerProcess begin(String... arguments) throws IOException {
    return launch(List.of(), Postroom.class, List.of(), arguments);
  }

  /** How a command ended, all that it said, and how long it took to begin with that. */
  record Outcome(int status, String said, Duration untilFirstLine) {}

  private static ServerProcess launch(
      List<String> around, Class<?> main, List<String> jvmOptions, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(around);
    List<String> options = new ArrayList<>();
    options.add("@" + LAUNCHER.resolve("jvm.options"));
    if (Runtime.version().feature() >= 24) {
      options.add("@" + LAUNCHER.resolve("jvm-24.options"));
    }
    options.addAll(jvmOptions);
    command.addAll(ChildJvm.command(options, main, arguments));
    return new ServerProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private void read() {
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line;
      while ((line = out.readLine()) != null) {
        if (untilFirstLine.isZero()) {
          untilFirstLine = Duration.ofNanos(System.nanoTime() - launched);
        }
        said.add(line);
        if (line.startsWith("Postroom listens:")) {
          ports.complete(ports(line));
        }
      }
    } catch (IOException e) {
      said.add(e.toString()); // killed while we read
    }
    ports.completeExceptionally(new IllegalStateException("it ended"));
  }

  private static Map<Door, Integer> ports(String line) {
    Map<Door, Integer> found = new LinkedHashMap<>();
    Matcher matcher = LISTENER.matcher(line);
    while (matcher.find()) {
      int port = Integer.parseInt(matcher.group(2));
      Parts.standard().door(matcher.group(1)).ifPresent(door -> found.put(door, port));
    }
    return found;
  }

  /** Where it listens. */
  int port(Door role) {
    return ports.join().get(role);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * What it wrote so far, to standard output and to its log; of very much the beginning and the
   * end, and between them what is worse than a warning.
   */
  String said() {
    return said.toString();
  }

  /** A server under load says more than this process has memory for. */
  private static final class Said {
    private static final int FIRST = 5_000;
    private static final int LAST = 20_000;

    private final List<String> first = new ArrayList<>();
    private final ArrayDeque<String> last = new ArrayDeque<>();

    synchronized void add(String line) {
      if (first.size() < FIRST) {
        first.add(line);
        return;
      }
      if (last.size() == LAST) {
        String gone = last.removeFirst();
        if ((gone.contains(" error: ") || gone.contains("OutOfMemory")) && first.size() < LAST) {
          first.add(gone);
        }
      }
      last.addLast(line);
    }

    @Override
    public synchronized String toString() {
      return Stream.concat(first.stream(), last.stream()).collect(Collectors.joining("\n"));
    }
  }

  /** What the kernel counts, in KiB: the process's own share of its memory. */
  long proportionalSetKib() {
    return proc("smaps_rollup", "Pss:");
  }

  /** How many threads the kernel counts. */
  int threads() {
    return entries("task");
  }

  /** How many descriptors are open. */
  int descriptors() {
    return entries("fd");
  }

  private int entries(String folder) {
    String[] names = Path.of("/proc/" + pid() + "/" + folder).toFile().list();
    return Objects.requireNonNull(names, "the process has ended").length;
  }

  /** What is left of the heap after a full collection, in KiB. */
  long liveHeapKib() throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process histogram =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out = histogram.inputReader(UTF_8)) {
      // Total       1234567       98765432
      return out.lines()
          .filter(line -> line.startsWith("Total "))
          .mapToLong(line -> Long.parseLong(line.trim().split(" +")[2]) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }

  private long proc(String file, String field) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid() + "/" + file)).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Has it do nothing, until {@link #goOn}. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
    while (!Files.readString(Path.of("/proc/" + pid() + "/status")).contains("\nState:\tT")) {
      Thread.onSpinWait();
    }
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** Has it read its configuration again. */
  void hangUp() throws IOException, InterruptedException {
    signal("HUP");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** As {@code kill} does: the server ends what it is doing and closes its store. */
  void stop() {
    process.destroy();
    assertThat(awaitEnd()).as("exit status; it said:\n%s", said()).isEqualTo(STOPPED);
  }

  /** How it ended, which it does without being told to. */
  int awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the process does not end:\n" + said());
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
