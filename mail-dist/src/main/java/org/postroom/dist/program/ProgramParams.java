package org.postroom.dist.program;

import java.time.Duration;
import java.util.List;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;

/** How programs are run that take mail. Whether they are at all says program_delivery_enable. */
public final class ProgramParams {
  private static final ParamSet.Builder SET = ParamSet.named("programs");

  static final Param<Integer> PROCESSES =
      SET.integer(
          "program_process_limit",
          "50",
          Bounds.between("1", "10000"),
          """
          So many programs that take mail run at once, of all services together. A service of \
          master.cf may have a smaller limit of its own, in its column for processes.""",
          Trait.RESTART);

  static final Param<Duration> TIME_LIMIT =
      SET.time(
          "command_time_limit",
          "1000s",
          Bounds.atLeast("1s"),
          """
          How long a program that takes mail may run. Then it is killed with all that it has \
          started, and the mail waits. For the service NAME of master.cf, NAME_time_limit.""");

  static final Param<List<String>> ENVIRONMENT =
      SET.list(
          "export_environment",
          "TZ MAIL_CONFIG=$config_directory LANG",
          """
          What programs that take mail have in their environment beside PATH: names of variables, \
          which they get as the server has them, or name=value.""");

  static final Param<String> DEFAULT_PRIVS =
      SET.text(
          "default_privs",
          "nobody",
          """
          As whom programs run that aliases name, and their files are written: user or user:group. \
          Never root. A server that is not root can name its own user only; until it does, such mail \
          waits.""");

  static final Param<String> SHELL =
      SET.text(
          "local_command_shell",
          "",
          """
          What a |command of aliases is given to as its last word, such as /usr/bin/smrsh -c. Empty \
          runs it as it is, or by /bin/sh -c where it has more in it than plain words.""");

  static final Param<String> EXPANSION_FILTER =
      SET.text(
          "command_expansion_filter",
          "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
          """
          The characters of addresses that a |command of aliases sees in its environment; it sees _ \
          for all others.""");

  static final Param<String> MAILBOX_COMMAND =
      SET.text(
          "mailbox_command",
          "",
          """
          What gets the mail of this machine's users in place of their files, as they: a command, as a \
          |command of aliases is run. Needs mailbox_files_enable and program_delivery_enable. Dovecot's \
          deliver and dovecot-lda mean the mailboxes here, with mailbox_files_enable = no; but not in \
          mailbox_command_maps.""",
          Trait.DEFERRED_EXPANSION);

  static final Param<List<String>> MAILBOX_COMMAND_MAPS =
      SET.list(
          "mailbox_command_maps",
          "",
          "Tables with such a command for a user's name. They go before mailbox_command.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private ProgramParams() {}
}
