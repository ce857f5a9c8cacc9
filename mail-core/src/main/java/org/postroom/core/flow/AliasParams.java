package org.postroom.core.flow;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.rewrite.RewriteParams;

/** Addresses that stand for others. */
public final class AliasParams {
  private static final ParamSet.Builder SET = ParamSet.named("aliases");

  public static final Param<List<String>> ALIAS_MAPS =
      SET.list(
          "alias_maps",
          "",
          """
          Tables of aliases(5): names in mydestination and the addresses that they stand for. While
          one cannot be read, mail for these names is refused for now.\
          """);

  public static final Param<List<String>> ALIAS_DATABASE =
      SET.list(
          "alias_database",
          "",
          "Files that are in the format of aliases(5) wherever they are named.");

  public static final Param<String> DEFAULT_DATABASE_TYPE =
      SET.text("default_database_type", "hash", "The type of a table that is a path alone.");

  public static final Param<Integer> EXPANSION_LIMIT =
      SET.integer(
          "virtual_alias_expansion_limit",
          "1000",
          atLeast("1"),
          "So many addresses may one recipient come to.");

  public static final Param<Integer> RECURSION_LIMIT =
      SET.integer(
          "virtual_alias_recursion_limit",
          "1000",
          Bounds.between("1", "1000"),
          "So many aliases may stand one behind the other.");

  public static final Param<Integer> ADDRESS_LENGTH_LIMIT =
      SET.integer(
          "virtual_alias_address_length_limit",
          "1000",
          atLeast("1"),
          "So many characters may an address have that another stands for.");

  public static final Param<Boolean> EXPAND_OWNER =
      SET.bool(
          "expand_owner_alias",
          "no",
          """
          Whether mail for an alias of which there is an owner-alias comes from the address that this
          stands for, instead of from owner-alias itself.\
          """);

  public static final Param<List<String>> RELOCATED_MAPS =
      SET.list(
          "relocated_maps",
          "",
          "Tables of addresses that are not here any more, and how their users can be reached.");

  public static final Param<String> LUSER_RELAY =
      SET.value(
          "luser_relay",
          "",
          "an address, with $local, $user, $extension, $domain, $recipient",
          text -> text,
          text -> text,
          """
          Who gets the mail for names in mydestination that nobody has. Clients can send to such names
          only where local_recipient_maps is given and empty.\
          """,
          Trait.DEFERRED_EXPANSION);

  public static final Param<List<String>> LOCAL_RECIPIENT_MAPS =
      SET.list(
          "local_recipient_maps",
          "proxy:unix:passwd.byname $alias_maps",
          """
          Accounts and aliases are the names that are known, whatever this says. Given and empty, with
          luser_relay, all other names are taken, too.\
          """);

  public static final Param<Boolean> PROGRAM_DELIVERY =
      SET.bool(
          "program_delivery_enable",
          "no",
          """
          Whether programs get mail: the services of master.cf that run pipe, and those that aliases \
          name.""");

  public static final Param<Boolean> FILE_DELIVERY =
      SET.bool(
          "file_delivery_enable",
          "no",
          "Whether files that aliases name get mail: mboxes, and Maildirs, which end with a slash.");

  public static final Param<Boolean> MAILBOX_FILES =
      SET.bool(
          "mailbox_files_enable",
          "no",
          """
          Whether mail for names in mydestination goes into files of this machine's users, as \
          home_mailbox and mail_spool_directory say, and not into mailboxes here.""");

  public static final Param<String> HOME_MAILBOX =
      SET.text(
          "home_mailbox",
          "",
          """
          Where mail of a user goes below his home if mailbox_files_enable is yes: an mbox, or with a \
          slash at its end a Maildir. Empty is mail_spool_directory.""");

  public static final Param<String> SPOOL =
      SET.text(
          "mail_spool_directory",
          "/var/mail",
          """
          The folder with an mbox for each user, called as he is; with a slash at its end, with a \
          Maildir for each. For mailbox_files_enable.""");

  static {
    RewriteParams.PART.params().forEach(SET::include);
    AgentParams.PART.params().forEach(SET::include);
    ForwardParams.PART.params().forEach(SET::include);
    CopyParams.PART.params().forEach(SET::include);
  }

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private AliasParams() {}
}
