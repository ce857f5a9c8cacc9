package org.postroom.dist.fetch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;

/** How mail is fetched from accounts elsewhere. */
public final class FetchParams {
  private static final ParamSet.Builder SET = ParamSet.named("fetch");

  static final Param<Optional<Path>> JOBS =
      SET.optionalPath(
          "fetch_jobs",
          "",
          """
          A file that says from which accounts elsewhere mail is fetched, one job a line: its name, \
          pop3s://, pop3://, imaps:// or imap:// with USER@HOST, and words such as to=LOGIN, \
          password_file=PATH, folder=NAME, interval=5m, keep=yes. docs/fetching.md has all.""");

  static final Param<Integer> AT_ONCE =
      SET.integer(
          "fetch_process_limit",
          "4",
          Bounds.between("1", "100"),
          "So many jobs fetch at the same time; others wait for their turn.",
          Trait.RESTART);

  static final Param<Integer> MESSAGES =
      SET.integer(
          "fetch_message_limit",
          "1000",
          Bounds.between("1", "100000"),
          """
          So many messages are fetched by a job before the next one has its turn; it goes on at \
          once where more are there.""");

  static final Param<Duration> ANSWER =
      SET.time(
          "fetch_command_timeout",
          "120s",
          Bounds.between("1s", "1h"),
          "How long a server that mail is fetched from may say nothing.");

  static final Param<Duration> ROUND =
      SET.time(
          "fetch_time_limit",
          "1h",
          Bounds.between("1s", "1d"),
          "How long a job may be at it; then its connection is cut, and it goes on next time.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private FetchParams() {}
}
