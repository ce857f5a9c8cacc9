package org.postroom.core.auth.source;

import java.util.List;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.config.Trait;

/** Who has mailboxes here, by Dovecot's names where it has them. */
public final class SourceParams {
  private static final ParamSet.Builder SET = ParamSet.named("accounts");

  /** The source that has the users of this machine. */
  static final String SYSTEM = "system";

  public static final Param<List<String>> SOURCES =
      SET.list(
          "account_sources",
          "sql",
          """
          Where people are known, in the order in which they are asked; who is found first counts. \
          sql: the server's own accounts, of `postroom user`. passwd-file:/path: lines of \
          user:password:uid:gid:gecos:home:shell:extra, as Dovecot reads them. system: the users of \
          /etc/passwd and /etc/shadow. sql:/path: queries in a database, which the file names. \
          program:name: a source of the embedding program.""",
          Trait.RESTART);

  public static final Param<NameFormat> USERNAME_FORMAT =
      SET.value(
          "auth_username_format",
          "%Lu",
          "text with %u (the name), %n and %d (what stands before and behind its @), each with L or"
              + " without",
          NameFormat::new,
          NameFormat::text,
          """
          What a name that somebody logs in with is turned into before anybody is asked: with %Ln, \
          ada@example.org logs in as ada. Names are in lower case in any case.""",
          Trait.RESTART);

  public static final Param<String> DEFAULT_SCHEME =
      SET.value(
          "passdb_default_password_scheme",
          StoredPassword.CRYPT,
          "the name of a password scheme",
          SourceParams::scheme,
          name -> name,
          """
          The scheme of passwords in passwd-files and databases that name none: {SCHEME}data. CRYPT \
          is crypt(3) in all its forms.""",
          Trait.RESTART);

  public static final Param<Long> FIRST_UID =
      SET.longs(
          "first_valid_uid",
          "500",
          Bounds.atLeast("0"),
          """
          Of the system's users, those with a lower number cannot log in; mail is taken for them all \
          the same.""",
          Trait.RESTART);

  public static final Param<Long> LAST_UID =
      SET.longs(
          "last_valid_uid",
          "0",
          Bounds.atLeast("0"),
          "The same for those with a higher number; 0 is without limit.",
          Trait.RESTART);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private SourceParams() {}

  /** Whether the users of this machine are people here. */
  public static boolean haveSystem(Settings settings) {
    return settings.params().contains(SOURCES) && settings.get(SOURCES).contains(SYSTEM);
  }

  /** The usual one is there: no start reads the catalogue for it. */
  private static String scheme(String name) {
    if (!name.equals(StoredPassword.CRYPT)) {
      StoredPassword.requireScheme(name);
    }
    return name;
  }
}
