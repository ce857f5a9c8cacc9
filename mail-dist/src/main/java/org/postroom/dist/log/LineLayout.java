package org.postroom.dist.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import org.jspecify.annotations.Nullable;
import org.postroom.core.log.LogEvent;

/** What a line of the log looks like, its end included. Threads do not share it. */
interface LineLayout {

  String line(ILoggingEvent event);

  /** What one of our own services has said; null for all else. */
  static @Nullable LogEvent event(ILoggingEvent event) {
    Object[] arguments = event.getArgumentArray();
    return arguments != null && arguments.length > 0 && arguments[0] instanceof LogEvent ours
        ? ours
        : null;
  }
}
