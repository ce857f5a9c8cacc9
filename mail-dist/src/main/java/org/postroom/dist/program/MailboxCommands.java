package org.postroom.dist.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;
import org.postroom.core.table.Tables;

/** What gets the mail of users in place of their files, where somebody wants that. */
final class MailboxCommands {
  private static final List<Param<?>> ALL =
      List.of(ProgramParams.MAILBOX_COMMAND, ProgramParams.MAILBOX_COMMAND_MAPS);

  private final TableList maps;
  private final String usual;

  private MailboxCommands(TableList maps, String usual) {
    this.maps = maps;
    this.usual = usual;
  }

  /**
   * Those that settings name.
   *
   * @throws BadConfiguration for a table that cannot be had
   */
  static MailboxCommands of(Settings settings, Tables tables) {
    try {
      String usual = settings.get(ProgramParams.MAILBOX_COMMAND).strip();
      return new MailboxCommands(
          tables.openAll(settings.get(ProgramParams.MAILBOX_COMMAND_MAPS)),
          isDovecots(usual) ? "" : usual);
    } catch (BadValue e) {
      throw new BadConfiguration(settings.fault(ProgramParams.MAILBOX_COMMAND_MAPS, e.reason()));
    }
  }

  /**
   * Looks at what one would obey.
   *
   * @throws BadConfiguration as {@link #of}, and where they would get no mail
   */
  static void check(Settings settings, Tables tables) {
    MailboxCommands found = of(settings, tables);
    boolean matters = !found.usual.isEmpty() || !found.maps.isEmpty();
    List<Fault> faults = new ArrayList<>();
    if (settings.get(AliasParams.MAILBOX_FILES)
        && isDovecots(settings.get(ProgramParams.MAILBOX_COMMAND).strip())) {
      faults.add(
          settings.fault(
              ProgramParams.MAILBOX_COMMAND,
              "expected "
                  + AliasParams.MAILBOX_FILES.name()
                  + " = no with it: Dovecot's means the mailboxes here"));
    }
    for (Param<Boolean> needed : List.of(AliasParams.MAILBOX_FILES, AliasParams.PROGRAM_DELIVERY)) {
      if (matters && !settings.get(needed)) {
        ALL.stream()
            .filter(settings::isGiven)
            .map(
                param ->
                    settings.fault(
                        param,
                        "expected "
                            + needed.name()
                            + " = yes with it; without "
                            + param.name()
                            + " mail for people is in the mailboxes here"))
            .forEach(faults::add);
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
  }

  /** We are in its place. */
  private static boolean isDovecots(String command) {
    String program = command.split("\\s", 2)[0];
    return program.endsWith("/dovecot-lda") || program.endsWith("/dovecot/deliver");
  }

  /**
   * The one that gets the mail of a user; empty where it goes into his file.
   *
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  Optional<String> of(String user) {
    return maps.find(TableKeys.only(user))
        .map(TableList.Found::value)
        .or(() -> Optional.of(usual))
        .filter(command -> !command.isBlank());
  }
}
