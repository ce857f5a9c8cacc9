package org.postroom.dist.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the launcher's log: all lines of the process come here. It begins on standard error,
 * in Postfix's form, and goes by the settings once the server is there. A line that cannot be
 * written is lost; standard error says so, once until one can be written again.
 */
public final class ServerLog extends AppenderBase<ILoggingEvent> {
  private LineLayout layout = postfix("localhost", "postfix");
  private LogTarget target = LogTarget.to(() -> System.err);
  private boolean failing;

  /** What the configuration of the logging library makes. */
  public ServerLog() {}

  /**
   * Has the process's log go by {@code settings} from now on; a file is opened anew. Where that
   * cannot be it stays as it was, and says so. Nothing happens where another logging library, or
   * another configuration of it, is in use.
   */
  public static void obey(Settings settings) {
    if (LateLogging.begun(LoggerFactory.getILoggerFactory()) instanceof LoggerContext context) {
      find(context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders())
          .ifPresent(log -> log.become(settings));
    }
  }

  /** Nothing is written from now on: for a command that is a server for a moment. */
  public static void quiet() {
    if (LateLogging.begun(LoggerFactory.getILoggerFactory()) instanceof LoggerContext context) {
      find(context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders())
          .ifPresent(log -> log.go(LogTarget.to(OutputStream::nullOutputStream)));
    }
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

  private static LineLayout postfix(String host, String name) {
    return new PostfixLayout(host, name, ProcessHandle.current().pid(), ZoneId.systemDefault());
  }

  private void become(Settings settings) {
    LogTarget next;
    try {
      next = target(settings);
    } catch (IOException e) {
      LoggerFactory.getLogger(ServerLog.class)
          .error("the log stays where it was: {}", e.toString());
      return;
    }
    String host = settings.get(PolicyParams.MYHOSTNAME);
    int dot = host.indexOf('.');
    LineLayout nextLayout =
        settings.get(LogParams.FORMAT) == LogFormat.JSON
            ? new JsonLayout()
            : postfix(dot < 0 ? host : host.substring(0, dot), settings.get(LogParams.SYSLOG_NAME));
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

  private static LogTarget target(Settings settings) throws IOException {
    Optional<Path> file = settings.get(LogParams.FILE);
    if (file.isPresent()) {
      return file.get().equals(Path.of("/dev/stdout"))
          ? LogTarget.to(() -> System.out)
          : LogTarget.file(file.get());
    }
    Optional<InetSocketAddress> server = settings.get(LogParams.SYSLOG_SERVER);
    return server.isPresent()
        ? LogTarget.syslog(
            InetAddress.getByName(server.get().getHostString()),
            server.get().getPort(),
            settings.get(LogParams.SYSLOG_FACILITY).number())
        : LogTarget.to(() -> System.err);
  }

  @Override
  protected synchronized void append(@Nullable ILoggingEvent event) {
    if (event == null) {
      return;
    }
    try {
      target.write(event.getLevel(), layout.line(event));
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        System.err.println("log: lines are lost: " + e.getMessage());
      }
    }
  }
}
