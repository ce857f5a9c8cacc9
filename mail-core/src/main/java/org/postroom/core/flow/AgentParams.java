package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Where aliases may name programs and files. Whether any get mail at all is asked first. */
final class AgentParams {
  private static final ParamSet.Builder SET = ParamSet.named("agents");

  static final Param<List<String>> COMMANDS =
      SET.list(
          "allow_mail_to_commands",
          "alias, forward",
          """
          Where a |command gets mail, if program_delivery_enable is yes: alias, for what stands in \
          alias_maps, include, for files that such an alias names by :include:, and forward, for the \
          files of forward_path, where it is run as their user. Elsewhere mail for it is refused.""");

  static final Param<List<String>> FILES =
      SET.list(
          "allow_mail_to_files",
          "alias, forward",
          "Where a /file gets mail, if file_delivery_enable is yes; as allow_mail_to_commands.");

  /** Stays the last line: it takes in every parameter declared above. */
  static final ParamSet PART = SET.build();

  private AgentParams() {}
}
