package org.postroom.core.table;

import java.time.Clock;
import java.util.concurrent.Executor;
import org.postroom.core.log.TableLog;
import org.postroom.core.time.Timers;

/**
 * What it takes to see that files change.
 *
 * @param workers look after files and read them
 */
public record FileWatch(Clock clock, Timers timers, Executor workers, TableLog log) {}
