package org.postroom.dist.applet;

import java.util.List;

/**
 * Commands with the names and words of those of Dovecot, in the order in which the help has them.
 */
final class DovecotCommands {
  static final List<NamedCommand> ALL =
      List.of(
          NamedCommand.foreign("doveconf", DoveconfApplet.class),
          NamedCommand.foreign("doveadm", DoveadmApplet.class));

  private DovecotCommands() {}
}
