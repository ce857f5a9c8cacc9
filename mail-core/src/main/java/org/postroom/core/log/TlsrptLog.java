package org.postroom.core.log;

import org.postroom.core.address.Domain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens with reports on TLS to other domains. Threads may share it. */
public final class TlsrptLog {
  private final Logger log = LoggerFactory.getLogger("org.postroom.log.tlsrpt");

  /**
   * A domain was sent its report.
   *
   * @param day of UTC, as {@code 2026-11-24}
   * @param where it went, and as which mail
   */
  public void sent(Domain domain, String day, String where) {
    log.info("{}: report for {} sent to {}", domain, day, LogText.of(where));
  }

  /** A report could not be sent, for now. */
  public void notSent(String what, String why) {
    log.warn("{}: report not sent: {}", LogText.of(what), LogText.of(why));
  }

  /** Counts could not be written; they are kept in memory, and written later. */
  public void notKept(String why) {
    log.warn("counts for reports not written: {}", LogText.of(why));
  }
}
