package org.postroom.house;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.KnownNames;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamFamily;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.policy.Restrictions;
import org.postroom.core.report.ParamClass;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.auth.AuthCommands;
import org.postroom.dist.auth.AuthRow;
import org.postroom.imap.command.ImapCommands;
import org.postroom.imap.session.ImapRow;
import org.postroom.imap.session.ImapState;
import org.postroom.pop3.command.Pop3Commands;
import org.postroom.pop3.session.Pop3Row;
import org.postroom.pop3.session.Pop3State;
import org.postroom.smtp.server.SmtpRow;
import org.postroom.smtp.server.command.SmtpCommands;

/** The pages of docs/ that are made from declarations. */
enum ReferencePage {
  PARAMETERS("parameters.md"),
  UNSUPPORTED("unsupported-parameters.md"),
  COMMANDS("commands.md"),
  RESTRICTIONS("restrictions.md"),
  VISIBLE("visible-types.md"),
  TUTORIALS("tutorials.md");

  /** Writes them all. */
  static final String COMMAND =
      "./postroom test -pl mail-dist -am -Dtest=ReferencePagesTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dpostroom.pages=write";

  private static final String MADE =
      "\nMade from the declarations by `" + COMMAND + "`; edit those, not this page.\n";

  private final String file;

  ReferencePage(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  String text() {
    return switch (this) {
      case PARAMETERS -> parameters();
      case UNSUPPORTED -> unsupported();
      case COMMANDS -> commands();
      case RESTRICTIONS -> restrictions();
      case VISIBLE -> visible();
      case TUTORIALS -> tutorials();
    };
  }

  private static String visible() {
    return """
    # What an application can call

    Every public type of the packages that the modules show to everybody, with what it offers. A line that goes from
    here is a change that breaks applications: the changelog names it.
    """
        + MADE
        + VisibleTypes.text();
  }

  private static String tutorials() {
    return """
    # What tutorials lead to expect

    What readers of well-known tutorials on mail servers expect of Postroom, and whether it is there: the tests that show
    a statement (by `@Shows`, or a comment in a transcript), or what is missing. Tier 1 is the first version that is of
    use, 2 is what leads others, 3 is research; of two, the first is for a part of it. The statements are those of
    `tutorials.tsv`.
    """
        + MADE
        + Tutorials.text();
  }

  private static String parameters() {
    StringBuilder page =
        new StringBuilder(
            """
            # Parameters

            What main.cf may say. Names that Postfix has mean what they mean there; those of Dovecot, what they mean
            there; the rest are ours. Names that stand not here: [unsupported-parameters.md](unsupported-parameters.md).
            A default is written as an administrator would write it, `$name` not expanded. A change takes effect by
            `postroom reload` or a SIGHUP, but for what says "restart". A star stands for the name of a transport.
            """);
    page.append(MADE);
    Map<String, Param<?>> seen = new LinkedHashMap<>();
    for (ParamSet set : sets()) {
      page.append("\n## ").append(set.name()).append("\n\n");
      page.append("| Name | Default | Value | Meaning |\n|---|---|---|---|\n");
      for (Param<?> param : set.params()) {
        if (seen.putIfAbsent(param.name(), param) == null) {
          row(page, code(param.name()), code(param.defaultText()), param.expected(), doc(param));
        }
      }
      for (ParamFamily<?> family : set.families()) {
        Param<?> usual = family.usual();
        row(page, code(family.pattern()), code("$" + usual.name()), usual.expected(), family.doc());
      }
    }
    return page.toString();
  }

  private static String unsupported() {
    StringBuilder page =
        new StringBuilder(
            """
            # Parameters that are not supported

            Every other name of Postfix, and those of Dovecot that may stand in main.cf: what happens when one is set to
            something other than what nothing set amounts to. What is acted upon stands in [parameters.md](parameters.md).
            """);
    page.append(MADE);
    for (ParamClass paramClass :
        List.of(ParamClass.REFUSED, ParamClass.PARTIAL, ParamClass.NO_EFFECT, ParamClass.SILENT)) {
      page.append("\n## ").append(heading(paramClass)).append("\n\n");
      if (paramClass == ParamClass.SILENT) {
        page.append(String.join(", ", names(paramClass))).append(".\n");
        continue;
      }
      page.append("| Name | Values that change nothing | Why |\n|---|---|---|\n");
      for (KnownNames.Entry entry : known(paramClass)) {
        List<String> values = new ArrayList<>(List.of(entry.preset()));
        entry.asGood().stream().sorted().forEach(values::add);
        row(
            page,
            code(entry.name()),
            values.stream()
                .filter(value -> !value.isEmpty())
                .map(ReferencePage::code)
                .collect(Collectors.joining(", ")),
            entry.note()
                + (entry.unless().isEmpty() ? "" : "; a warning with " + code(entry.unless())));
      }
    }
    return page.toString();
  }

  private static List<KnownNames.Entry> known(ParamClass paramClass) {
    return Stream.of(KnownNames.POSTFIX, KnownNames.DOVECOT)
        .flatMap(table -> KnownNames.of(table).stream())
        .filter(entry -> entry.paramClass() == paramClass)
        .toList();
  }

  private static List<String> names(ParamClass paramClass) {
    return known(paramClass).stream().map(entry -> code(entry.name())).toList();
  }

  private static String heading(ParamClass paramClass) {
    return switch (paramClass) {
      case REFUSED -> "Refused: no start, unless `accept_unsupported_parameters` has the name";
      case PARTIAL -> "Otherwise here: a warning at each start";
      case NO_EFFECT -> "Without effect: a note at each start";
      case SILENT -> "Without meaning: nothing is said";
      case IMPLEMENTED, UNKNOWN -> throw new IllegalArgumentException("not in the tables");
    };
  }

  private static List<ParamSet> sets() {
    List<ParamSet> sets = new ArrayList<>(List.of(Parts.standard().params()));
    sets.add(ConfigParams.ALL);
    return sets;
  }

  private static String doc(Param<?> param) {
    return param.doc()
        + (param.paramClass() == ParamClass.PARTIAL ? " **In part:** " + param.note() + "." : "")
        + (param.has(Trait.RESTART) ? " (restart)" : "");
  }

  private static String commands() {
    StringBuilder page =
        new StringBuilder(
            """
            # Commands

            What the servers take, from their command tables.
            """);
    page.append(MADE);
    smtp(page, "SMTP", SmtpCommands.ALL.rows());
    smtp(page, "LMTP", SmtpCommands.LMTP.rows());
    page.append("\n## POP3\n\n| Command | When |\n|---|---|\n");
    for (Pop3Row<?> row : Pop3Commands.ALL.rows()) {
      row(page, code(row.name()), state(row.state()));
    }
    page.append("\n## IMAP\n\n| Command | When |\n|---|---|\n");
    for (ImapRow<?> row : ImapCommands.ALL.rows()) {
      row(page, code(row.name()), state(row.state()));
    }
    page.append("\n## Log-ins for other servers (Dovecot's authentication protocol)\n");
    page.append("\n| Command | When |\n|---|---|\n");
    for (AuthRow<?> row : AuthCommands.ALL.rows()) {
      row(page, code(row.name()), row.when());
    }
    return page.toString();
  }

  private static String restrictions() {
    StringBuilder page =
        new StringBuilder(
            """
            # Restrictions

            What may stand in `smtpd_client_restrictions`, `smtpd_helo_restrictions`, `smtpd_sender_restrictions`,
            `smtpd_relay_restrictions`, `smtpd_recipient_restrictions`, `smtpd_data_restrictions` and
            `smtpd_end_of_data_restrictions`. Any of them may stand in any list; one that looks at what has not been said yet
            says nothing. `warn_if_reject` before one makes a line in the log of its refusal. A class of
            `smtpd_restriction_classes` stands for its members. A table by itself is `check_client_access`,
            `check_helo_access`, `check_sender_access` or `check_recipient_access`, by the list that it stands in.

            "Relaying" says what becomes of a stranger's mail for elsewhere where the answer is the same for all of it: a list
            must refuse it before anything permits it to everybody, or the server does not start. What permits because of what
            somebody claims, or others say, permits no relaying ([decision 23](decisions/0023-what-others-say-opens-no-relay.md)).
            Options of `check_policy_service` are the names of `smtpd_policy_service_*` without that beginning.
            """);
    page.append(MADE);
    page.append(
        "\n| Name | Argument | As a table's value | Relaying | Meaning |\n|---|---|---|---|---|\n");
    for (Restrictions.Described one : Restrictions.described()) {
      row(
          page,
          code(one.name()),
          code(one.argument()),
          one.isTableValue() ? "yes" : "by a class",
          one.relaying(),
          one.doc());
    }
    return page.toString();
  }

  private static void smtp(StringBuilder page, String name, List<SmtpRow<?>> rows) {
    page.append("\n## ").append(name).append("\n\n");
    row(
        page,
        "Command",
        "Ends what may be sent at once",
        "Allowed before TLS is on, where it must be",
        "Junk in numbers");
    page.append("|---|---|---|---|\n");
    for (SmtpRow<?> row : rows) {
      row(
          page,
          code(row.form()),
          mark(row, SmtpRow.Trait.SYNCHRONIZES),
          mark(row, SmtpRow.Trait.WITHOUT_TLS),
          mark(row, SmtpRow.Trait.JUNK));
    }
  }

  private static String mark(SmtpRow<?> row, SmtpRow.Trait trait) {
    return row.traits().contains(trait) ? "yes" : "";
  }

  private static String state(Class<?> needs) {
    if (needs == ImapState.class || needs == Pop3State.class) {
      return "always";
    }
    if (needs == ImapState.Stranger.class || needs == Pop3State.Authorization.class) {
      return "before log-in";
    }
    if (needs == ImapState.Authenticated.class || needs == Pop3State.Transaction.class) {
      return "after log-in";
    }
    if (needs == ImapState.Selected.class) {
      return "with a mailbox selected";
    }
    throw new IllegalArgumentException("no words for " + needs);
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  private static void row(StringBuilder page, String... cells) {
    for (String cell : cells) {
      page.append("| ").append(cell.replaceAll("\\s+", " ").replace("|", "\\|")).append(' ');
    }
    page.append("|\n");
  }
}
