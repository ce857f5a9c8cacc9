package org.postroom.dist.applet.doveadm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.secret.Secret;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.applet.doveadm.Rows.Form;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QuotaOperations;
import org.postroom.dist.operation.QuotaOperations.Use;
import org.postroom.dist.operation.QuotaOperations.Whose;
import org.postroom.dist.operation.UserOperations;
import org.postroom.dist.operation.UserOperations.Shown;

/** {@code doveadm user}, {@code auth} and {@code quota}: what is known of people. */
final class UserWords {
  private final Asked asked;

  UserWords(Asked asked) {
    this.asked = asked;
  }

  /** Says what is known of somebody, or who fits a mask. */
  void user(List<String> words) {
    Options options = Options.of("f:u", words);
    for (String name : options.some("doveadm user [-f field] [-u] <user mask> [...]")) {
      if (Mask.isOne(name)) {
        Mask mask = Mask.ofUsers(name);
        asked.ask(UserOperations.LIST, new Nothing()).logins().stream()
            .filter(mask::fits)
            .forEach(asked.out()::println);
        continue;
      }
      Optional<Shown> known = asked.user(name);
      if (known.isEmpty()) {
        asked.trouble(Ended.NO_USER, "userdb lookup: user " + name + " doesn't exist");
        continue;
      }
      List<List<String>> fields = fields(known.get());
      Optional<String> wanted = options.value('f');
      if (wanted.isPresent()) {
        fields.stream()
            .filter(field -> field.get(0).equals(wanted.get()))
            .forEach(field -> asked.out().println(field.get(1)));
        continue;
      }
      Rows rows = asked.rows(Form.TAB, List.of(Column.of("field"), Column.of("value")));
      fields.forEach(rows::add);
      rows.end();
    }
  }

  private static List<List<String>> fields(Shown known) {
    List<List<String>> fields = new ArrayList<>();
    fields.add(List.of("user", known.login()));
    if (!known.quota().equals(Quota.NONE.toString())) {
      fields.add(List.of("quota_rule", "*:" + known.quota()));
    }
    if (!known.enabled()) {
      fields.add(List.of("nologin", "yes"));
    }
    fields.add(List.of("source", known.source()));
    known.aliases().forEach(alias -> fields.add(List.of("alias", alias)));
    return fields;
  }

  /**
   * Tries a password.
   *
   * @param typed gives one that the command line does not have
   */
  void auth(List<String> words, Password typed) {
    String usage = "doveadm auth test|login [-x <auth info>] <user> [<password>]";
    String what = words.isEmpty() ? "" : words.get(0);
    if (!what.equals("test") && !what.equals("login")) {
      throw Ended.usage(usage);
    }
    Options options = Options.of("x:", words.subList(1, words.size()));
    List<String> operands = options.some(usage);
    if (operands.size() > 2) {
      throw Ended.usage(usage);
    }
    String user = operands.get(0);
    try (Secret password = operands.size() == 2 ? Secret.of(operands.get(1)) : typed.read()) {
      UserOperations.Outcome outcome =
          asked.ask(UserOperations.TRY, new UserOperations.Attempt(user, password));
      boolean lets = outcome.login().isPresent();
      asked.out().println("passdb: " + user + " auth " + (lets ? "succeeded" : "failed"));
      asked.out().println("extra fields:");
      asked.out().println("  user=" + outcome.login().orElse(user));
      if (outcome.disabled()) {
        asked.out().println("  nologin");
      }
      if (!lets) {
        throw Ended.silent(Ended.NO_PERMISSION);
      }
    }
  }

  /** Where a password comes from that nobody has written. */
  interface Password {
    Secret read();
  }

  /** What somebody keeps, and may keep. */
  void quota(List<String> words) {
    String usage = "doveadm quota get|recalc [-u <user>|-A]";
    String what = words.isEmpty() ? "" : words.get(0);
    if (!what.equals("get") && !what.equals("recalc")) {
      throw Ended.usage(usage);
    }
    Options options = Options.of("u:A", words.subList(1, words.size()));
    List<String> unused = options.exactly(0, usage);
    List<String> users = asked.users(options);
    if (users.isEmpty()) {
      return; // a question about nobody would be one about all
    }
    boolean isCount = what.equals("recalc");
    List<Use> uses =
        asked.ask(isCount ? QuotaOperations.RECOUNT : QuotaOperations.GET, new Whose(users)).uses();
    if (isCount) {
      return;
    }
    Rows rows =
        asked.rows(
            Form.TABLE,
            Asked.columns(
                options,
                List.of(
                    Column.of("root", "Quota name"),
                    Column.of("type", "Type"),
                    Column.number("value", "Value"),
                    Column.number("limit", "Limit"),
                    Column.number("percent", "%"))));
    for (Use use : uses) {
      rows.add(quota(options, use, "STORAGE", use.octets(), use.octetLimit(), 1024));
      rows.add(quota(options, use, "MESSAGE", use.messages(), use.messageLimit(), 1));
    }
    rows.end();
  }

  /** Begun units count; a limit that is none is a dash. */
  private static List<String> quota(
      Options options, Use use, String type, long value, long limit, int unit) {
    return Asked.row(
        options,
        use.login(),
        List.of(
            QuotaUse.ROOT,
            type,
            "" + (value / unit + (value % unit > 0 ? 1 : 0)),
            limit > 0 ? "" + limit / unit : "-",
            limit > 0 ? "" + Math.round(value * 100.0 / limit) : "0"));
  }
}
