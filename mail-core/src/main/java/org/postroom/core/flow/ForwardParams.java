package org.postroom.core.flow;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;

/** Where users of this machine say where their mail goes. */
public final class ForwardParams {
  private static final ParamSet.Builder SET = ParamSet.named("forward");

  static final Param<String> PATH =
      SET.value(
          "forward_path",
          "$home/.forward${recipient_delimiter}${extension}, $home/.forward",
          "paths, with $home, $user, $extension, $recipient_delimiter, $local, $domain, $recipient",
          text -> text,
          text -> text,
          """
          Files in which users of this machine say where their mail goes, in the format of aliases(5); \
          the first that is there counts. For people of account_sources = system, and with \
          mailbox_files_enable. The file must be the user's or root's, and nobody else may write to it; \
          otherwise, and where nothing comes of it, mail goes into his mailbox. Empty is none.""",
          Trait.DEFERRED_EXPANSION);

  static final Param<String> FILTER =
      SET.text(
          "forward_expansion_filter",
          "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
          "The characters of addresses that stay in forward_path; all others are _ there.");

  public static final Param<List<String>> DELIVERED_HEADER =
      SET.list(
          "prepend_delivered_header",
          "command, file, forward",
          """
          Where mail gets a field Delivered-To, and is returned when it has that already: command, \
          for programs that aliases and mailbox_command name, file, and forward, for what goes on by \
          the file of a user.""");

  /** Stays the last line: it takes in every parameter declared above. */
  static final ParamSet PART = SET.build();

  private ForwardParams() {}
}
