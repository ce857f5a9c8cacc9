package org.postroom.dist.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.postroom.dist.log.Journal.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the launcher's log: all lines of the process come here. It begins on standard error,
 * in Postfix's form, and goes by the settings once the server is there. Whoever logs does not wait
 * until his line is written. One that cannot be written is lost; standard error says so, once until
 * one can be written again.
 */
public final class ServerLog extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** The one thread that writes it: every other one would wait for it for ever. */
  public static final String THREAD = "postroom-log";

  private static final Duration MOMENT = Duration.ofMillis(5);
  private static final Duration AT_THE_END = Duration.ofSeconds(1);

  /** So many characters are written at once, or one line. */
  private static final int PIECE = 64 * 1024;

  private final LogThread<ILoggingEvent> thread =
      new LogThread<>(THREAD, this::write, MOMENT, AT_THE_END);
  private String journal = "";
  private LineLayout layout = postfix("localhost", "postfix");
  private LogTarget target = stream(Stream.ERR, false);
  private boolean failing;

  /** What the configuration of the logging library makes. */
  public ServerLog() {}

  /**
   * Which stream leads to systemd's journal, as it says in {@code JOURNAL_STREAM}: part of the
   * configuration of the logging library.
   */
  public synchronized void setJournal(String stream) {
    journal = stream;
    if (isJournal(Stream.ERR)) {
      layout = postfix(null, "postfix");
      target = stream(Stream.ERR, true);
    }
  }

  /**
   * Has the process's log go by {@code settings} from now on; a file is opened anew. Where that
   * cannot be it stays as it was, and says so. Nothing happens where another logging library, or
   * another configuration of it, is in use.
   */
  public static void obey(Settings settings) {
    ofProcess().ifPresent(log -> log.become(settings));
  }

  /** Nothing is written from now on: for a command that is a server for a moment. */
  public static void quiet() {
    ofProcess().ifPresent(log -> log.go(LogTarget.to(OutputStream::nullOutputStream)));
  }

  /**
   * Returns when what was logged is written, or after a second: for a process that ends while it
   * shuts down. Whatever else ends leaves that to the JVM.
   */
  public static void settle() {
    ofProcess().ifPresent(log -> log.thread.settle());
  }

  private static Optional<ServerLog> ofProcess() {
    return LateLogging.begun(LoggerFactory.getILoggerFactory()) instanceof LoggerContext context
        ? find(context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders())
        : Optional.empty();
  }

  private synchronized void go(LogTarget next) {
    target = next;
  }

  private static Optional<ServerLog> find(Iterator<Appender<ILoggingEvent>> appenders) {
    while (appenders.hasNext()) {
      Appender<ILoggingEvent> one = appenders.next();
      if (one instanceof ServerLog found) {
        return Optional.of(found);
      }
      if (one instanceof AppenderAttachable<?> holder) {
        @SuppressWarnings("unchecked") // of an appender of events
        Iterator<Appender<ILoggingEvent>> held =
            ((AppenderAttachable<ILoggingEvent>) holder).iteratorForAppenders();
        Optional<ServerLog> inside = find(held);
        if (inside.isPresent()) {
          return inside;
        }
      }
    }
    return Optional.empty();
  }

  private synchronized boolean isJournal(Stream stream) {
    return stream.isJournal(journal);
  }

  private static LogTarget stream(Stream stream, boolean journal) {
    Supplier<OutputStream> current = () -> stream == Stream.OUT ? System.out : System.err;
    return journal ? LogTarget.journal(current) : LogTarget.to(current);
  }

  private static LineLayout postfix(@Nullable String host, String name) {
    return new PostfixLayout(host, name, ProcessHandle.current().pid(), ZoneId.systemDefault());
  }

  private void become(Settings settings) {
    Optional<Stream> stream = stream(settings);
    boolean ranked = stream.filter(this::isJournal).isPresent();
    LogTarget next;
    try {
      next = stream.isPresent() ? stream(stream.get(), ranked) : target(settings);
    } catch (IOException e) {
      LoggerFactory.getLogger(ServerLog.class)
          .error("the log stays where it was: {}", e.toString());
      return;
    }
    LineLayout nextLayout =
        settings.get(LogParams.FORMAT) == LogFormat.JSON
            ? new JsonLayout()
            : postfix(ranked ? null : host(settings), settings.get(LogParams.SYSLOG_NAME));
    LogTarget before;
    synchronized (this) {
      before = target;
      target = next;
      layout = nextLayout;
      failing = false;
    }
    try {
      before.close();
    } catch (IOException e) {
      addWarn("closing the log", e);
    }
  }

  private static String host(Settings settings) {
    String host = settings.get(PolicyParams.MYHOSTNAME);
    int dot = host.indexOf('.');
    return dot < 0 ? host : host.substring(0, dot);
  }

  /** The stream of the process that it goes to; nothing where it goes elsewhere. */
  private static Optional<Stream> stream(Settings settings) {
    Optional<Path> file = settings.get(LogParams.FILE);
    if (file.isPresent()) {
      return file.filter(Path.of("/dev/stdout")::equals).map(standard -> Stream.OUT);
    }
    return settings.get(LogParams.SYSLOG_SERVER).isPresent()
        ? Optional.empty()
        : Optional.of(Stream.ERR);
  }

  private static LogTarget target(Settings settings) throws IOException {
    Optional<Path> file = settings.get(LogParams.FILE);
    if (file.isPresent()) {
      return LogTarget.file(file.get());
    }
    InetSocketAddress server = settings.get(LogParams.SYSLOG_SERVER).orElseThrow();
    return LogTarget.syslog(
        InetAddress.getByName(server.getHostString()),
        server.getPort(),
        settings.get(LogParams.SYSLOG_FACILITY).number());
  }

  @Override
  public void start() {
    thread.start();
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(thread::settle, THREAD + "-end"));
    } catch (IllegalStateException e) {
      // The first line comes while the JVM ends: whoever ends it may wait for it.
    }
    super.start();
  }

  @Override
  public void stop() {
    super.stop();
    thread.close();
  }

  @Override
  protected void append(@Nullable ILoggingEvent event) {
    if (event == null) {
      return;
    }
    if (LineLayout.event(event) == null) {
      event.prepareForDeferredProcessing(); // what it speaks of may change; ours does not
    }
    thread.add(event);
  }

  private synchronized void write(List<ILoggingEvent> events) {
    List<LogTarget.Line> lines = new ArrayList<>(events.size());
    int length = 0;
    for (ILoggingEvent event : events) {
      try {
        String line = layout.line(event);
        lines.add(new LogTarget.Line(Severity.of(event.getLevel()), line));
        length += line.length();
      } catch (RuntimeException e) {
        addError("a line cannot be made", e); // what it speaks of is anybody's code
      }
      if (length >= PIECE) {
        writePiece(lines);
        lines.clear();
        length = 0;
      }
    }
    writePiece(lines);
  }

  private void writePiece(List<LogTarget.Line> lines) {
    if (lines.isEmpty()) {
      return;
    }
    try {
      target.write(lines);
      failing = false;
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        failing = true;
        System.err.println("log: lines are lost: " + e.getMessage());
      }
    }
  }
}
