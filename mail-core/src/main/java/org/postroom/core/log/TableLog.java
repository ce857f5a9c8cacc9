package org.postroom.core.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to look-up tables while the server runs. Threads may share it. */
public final class TableLog {
  private final Logger log;

  /** The log of the process. */
  public TableLog() {
    this(LoggerFactory.getLogger("org.postroom.log.table"));
  }

  /** One that is somebody's own. */
  public TableLog(Logger log) {
    this.log = log;
  }

  /** A file has changed and was read. */
  public void read(String table, int entries) {
    log.info("{}: read anew, {} entries", LogText.of(table), entries);
  }

  /** A file has changed and cannot be used, or is gone: what was read before goes on to count. */
  public void kept(String table, String why) {
    log.warn("{}: {}; what was read before still counts", LogText.of(table), LogText.of(why));
  }

  /** A file that could never be read cannot be read for another reason now. */
  public void missing(String table, String why) {
    log.warn("{}: {}; look-ups in it fail for now", LogText.of(table), LogText.of(why));
  }

  /** Something in a file is not as it should be. */
  public void warning(String text) {
    log.warn("{}", LogText.of(text));
  }
}
