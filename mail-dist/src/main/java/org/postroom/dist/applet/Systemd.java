package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.Wires;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager, where one has started this process and wants to know what becomes of it:
 * {@code NOTIFY_SOCKET} and {@code WATCHDOG_USEC} of sd_notify(3) and sd_watchdog_enabled(3).
 * Without them nothing is said. What cannot be said is a line in the log, once: the manager then
 * takes the server for one that does not come up, and says so itself. From any thread.
 */
final class Systemd {
  private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);

  /** Signs of life within the time after which the manager ends the process. */
  private static final int SIGNS = 3;

  private static final int NANOS_OF_MICRO = 1000;

  private final Optional<String> socket;
  private final Optional<Duration> patience;
  private final long process;
  private final BiConsumer<String, byte[]> datagrams;
  private final AtomicBoolean complained = new AtomicBoolean();

  /** The one that has started this process, or nobody. */
  static Systemd ofThisProcess() {
    return new Systemd(System.getenv(), ProcessHandle.current().pid(), Wires::tell);
  }

  /**
   * As an environment has it.
   *
   * @param process number of the process that is asked about
   * @param datagrams how they are sent: to which socket, and what
   */
  Systemd(Map<String, String> environment, long process, BiConsumer<String, byte[]> datagrams) {
    this.process = process;
    this.datagrams = datagrams;
    this.socket =
        Optional.ofNullable(environment.get("NOTIFY_SOCKET")).filter(name -> !name.isEmpty());
    boolean isMeant =
        Optional.ofNullable(environment.get("WATCHDOG_PID"))
            .filter(pid -> !pid.equals(Long.toString(process)))
            .isEmpty();
    this.patience =
        socket.isPresent() && isMeant
            ? Optional.ofNullable(environment.get("WATCHDOG_USEC")).flatMap(Systemd::micros)
            : Optional.empty();
  }

  private static Optional<Duration> micros(String text) {
    try {
      long micros = Long.parseLong(text);
      return micros > 0 && micros < Long.MAX_VALUE / NANOS_OF_MICRO
          ? Optional.of(Duration.ofNanos(micros * NANOS_OF_MICRO))
          : Optional.empty();
    } catch (NumberFormatException e) {
      LOG.warn("WATCHDOG_USEC is no number: {}", text);
      return Optional.empty();
    }
  }

  /** How often it wants a sign of life; empty where it wants none. */
  Optional<Duration> signsEvery() {
    return patience.map(time -> time.dividedBy(SIGNS)).filter(time -> !time.isZero());
  }

  /**
   * All that is to be there is there, after the start or a reload.
   *
   * @param status a line for people
   */
  void ready(String status) {
    say("READY=1\nMAINPID=" + process + "\n" + statement(status));
  }

  /** What people see of it has changed, whoever has changed it. */
  void is(String status) {
    say(statement(status));
  }

  private static String statement(String status) {
    return "STATUS=" + status.replace('\n', ' ');
  }

  /** The configuration is read again; {@link #ready} follows, however it ends. */
  void reloading() {
    say("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NANOS_OF_MICRO);
  }

  /** The end has begun. */
  void stopping() {
    say("STOPPING=1");
  }

  /** A sign of life. */
  void alive() {
    say("WATCHDOG=1");
  }

  private void say(String what) {
    if (socket.isEmpty()) {
      return;
    }
    try {
      datagrams.accept(socket.get(), what.getBytes(UTF_8));
    } catch (WireFault e) {
      if (!complained.getAndSet(true)) {
        LOG.warn("the service manager cannot be told of this server: {}", e.getMessage());
      }
    }
  }
}
