package org.postroom.dist.log;

import ch.qos.logback.classic.spi.LogbackServiceProvider;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Has the logging library begin with the first line that there is to log. Most commands have none,
 * and to look for the library, and to read its configuration, would take them longer than what they
 * do. Whoever asks for the log itself ({@link ServerLog}) has it begin, too. Below INFO nothing is
 * logged before that.
 */
public final class LateLogging implements SLF4JServiceProvider {
  /** Where SLF4J is told whom to ask, instead of looking through everything. */
  public static final String PROPERTY = "slf4j.provider";

  private static final String API = "2.0.99";

  private final Loggers loggers = new Loggers();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();

  /** What SLF4J makes. */
  public LateLogging() {}

  /** The loggers of the library, which begins with that; those of another one as they are. */
  static ILoggerFactory begun(ILoggerFactory current) {
    return current instanceof Loggers late ? late.real() : current;
  }

  @Override
  public void initialize() {
    // Nothing is to be made before it is used.
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return API;
  }

  private static final class Loggers implements ILoggerFactory {
    private final Map<String, Logger> known = new ConcurrentHashMap<>();
    private volatile @Nullable ILoggerFactory real;

    @Override
    public Logger getLogger(String name) {
      return known.computeIfAbsent(name, called -> new LateLogger(called, this));
    }

    boolean hasBegun() {
      return real != null;
    }

    ILoggerFactory real() {
      ILoggerFactory begun = real;
      return begun == null ? begin() : begun;
    }

    private synchronized ILoggerFactory begin() {
      ILoggerFactory begun = real;
      if (begun == null) {
        SLF4JServiceProvider library = new LogbackServiceProvider();
        library.initialize();
        begun = library.getLoggerFactory();
        real = begun;
      }
      return begun;
    }
  }

  private static final class LateLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    private final transient Loggers all;

    LateLogger(String name, Loggers all) {
      this.name = name;
      this.all = all;
    }

    private Logger real() {
      return all.real().getLogger(name);
    }

    private boolean isEnabled(Level level) {
      return all.hasBegun() ? real().isEnabledForLevel(level) : level.toInt() >= Level.INFO.toInt();
    }

    @Override
    public boolean isTraceEnabled() {
      return isEnabled(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
      return isEnabled(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
      return isEnabled(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
      return isEnabled(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
      return isEnabled(Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable trouble) {
      Object[] whole = arguments == null ? new Object[0] : arguments;
      if (trouble != null) { // the last argument, as everybody writes it
        whole = Arrays.copyOf(whole, whole.length + 1);
        whole[whole.length - 1] = trouble;
      }
      switch (level) {
        case TRACE -> real().trace(message, whole);
        case DEBUG -> real().debug(message, whole);
        case INFO -> real().info(message, whole);
        case WARN -> real().warn(message, whole);
        case ERROR -> real().error(message, whole);
      }
    }
  }
}
