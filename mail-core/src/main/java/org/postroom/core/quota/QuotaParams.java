package org.postroom.core.quota;

import static org.postroom.core.config.Bounds.atLeast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** How much accounts may hold, by Dovecot's names and Postfix's. */
public final class QuotaParams {
  private static final ParamSet.Builder SET = ParamSet.named("quota");

  /** Of Dovecot's numbered rules, so many are known here. */
  private static final int MOST_RULES = 9;

  public static final Param<String> RULE =
      rule(
          "quota_rule",
          """
          What each account may hold, which has no quota of its own, as Dovecot 2.3 has it: \
          *:storage=1G:messages=1000, or one of the two. A size is in KiB where it does not end in B, \
          K, M, G or T. For one mailbox: Trash:storage=+100M (or +10%, or messages=+N) lets so much \
          more into it, Spam:ignore counts nothing of what it holds. quota_rule2 to quota_rule9 are \
          further rules.""");

  /** {@link #RULE} and its further names. */
  static final List<Param<String>> RULES = rules();

  public static final Param<String> WARNING =
      warning(
          "quota_warning",
          """
          When the owner of an account gets a mail that says how full it is, as Dovecot 2.3 has it: \
          storage=80% (of what it may hold), messages=90%, or a number such as storage=900M. Once, when \
          the mark is passed; with - in front when what is held comes below it again. Of several that \
          are passed at once, the first one says so: quota_warning2 to quota_warning9 are further \
          ones, the highest mark first. A service behind it, as Dovecot has there, is not asked.""");

  /** {@link #WARNING} and its further names. */
  static final List<Param<String>> WARNINGS = warnings();

  public static final Param<Optional<Path>> WARNING_TEMPLATE =
      SET.optionalPath(
          "quota_warning_template_file",
          "",
          """
          A file with the mail that quota_warning sends: header, an empty line, text, all in ASCII or \
          UTF-8. $login, $percent, $used and $limit stand for what they say. By default a text in \
          English.""");

  public static final Param<List<String>> DOMAIN_RULE =
      SET.list(
          "quota_domain_rule",
          "",
          """
          What each account of a domain may hold, instead of what quota_rule says: \
          example.org:storage=1G:messages=1000, example.net:storage=500M. The account's own quota \
          goes before it.""");

  public static final Param<Long> STORAGE_SIZE =
      SET.size(
          "quota_storage_size",
          "0",
          atLeast("0"),
          "The octets that each account may hold, which has no quota of its own, as Dovecot 2.4 has"
              + " it; 0 for no limit.");

  public static final Param<Long> MESSAGE_COUNT =
      SET.longs(
          "quota_message_count",
          "0",
          atLeast("0"),
          "The messages that each account may hold, which has no quota of its own; 0 for no limit.");

  public static final Param<Long> STORAGE_EXTRA =
      SET.size(
          "quota_storage_extra",
          "0",
          atLeast("0"),
          "Octets that each account may hold beyond its quota.");

  public static final Param<Long> STORAGE_GRACE =
      SET.size(
          "quota_storage_grace",
          "0",
          atLeast("0"),
          """
          Octets by which one mail that is delivered may exceed the quota of an account that has not \
          used it up. Dovecot has 10M here.""");

  public static final Param<Long> MAIL_SIZE =
      SET.size(
          "quota_mail_size",
          "0",
          atLeast("0"),
          "The most octets of a message that comes into a mailbox; 0 for no limit.");

  public static final Param<String> EXCEEDED_MESSAGE =
      SET.value(
          "quota_exceeded_message",
          "mailbox is full",
          "a line of at most 200 printable ASCII characters",
          QuotaParams::line,
          Function.identity(),
          "What is said to whoever brings mail that there is no room for, behind the reply's code.");

  public static final Param<Boolean> FULL_TEMPFAIL =
      SET.bool(
          "quota_full_tempfail",
          "no",
          "Whether mail for a full mailbox is refused for now (452), and not for good (552).");

  public static final Param<Long> MAILBOX_SIZE =
      SET.longs(
          "mailbox_size_limit",
          "0",
          atLeast("0"),
          """
          The octets that each account may hold, where neither its own quota nor another parameter \
          says it; 0 for no limit. Postfix means one file by it, and has 51200000 here.""");

  public static final Param<Long> VIRTUAL_MAILBOX =
      SET.longs(
          "virtual_mailbox_limit",
          "0",
          atLeast("0"),
          """
          The same for accounts whose names have a domain; 0 for what mailbox_size_limit says. Postfix \
          means one file by it, and has 51200000 here.""");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet PART = SET.build();

  private QuotaParams() {}

  private static Param<String> rule(String name, String doc) {
    return SET.value(name, "", FolderRule.FORM, QuotaParams::rule, Function.identity(), doc);
  }

  private static Param<String> warning(String name, String doc) {
    return SET.value(name, "", QuotaWarning.FORM, QuotaParams::warning, Function.identity(), doc);
  }

  private static String warning(String text) {
    return QuotaWarning.parse(text).isPresent() ? text.strip() : "";
  }

  private static List<Param<String>> warnings() {
    List<Param<String>> warnings = new ArrayList<>(List.of(WARNING));
    for (int i = 2; i <= MOST_RULES; i++) {
      warnings.add(warning(WARNING.name() + i, "One more mark, such as quota_warning has."));
    }
    return List.copyOf(warnings);
  }

  private static String rule(String text) {
    return FolderRule.parse(text).isPresent() ? text.strip() : "";
  }

  private static List<Param<String>> rules() {
    List<Param<String>> rules = new ArrayList<>(List.of(RULE));
    for (int i = 2; i <= MOST_RULES; i++) {
      rules.add(rule(RULE.name() + i, "One more rule, such as quota_rule has."));
    }
    return List.copyOf(rules);
  }

  private static String line(String text) {
    boolean isLine = !text.isBlank() && text.length() <= 200;
    for (int i = 0; isLine && i < text.length(); i++) {
      isLine = text.charAt(i) >= ' ' && text.charAt(i) < 127;
    }
    if (!isLine) {
      throw new BadValue("");
    }
    return text;
  }
}
