package org.postroom.dist.applet.doveadm;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.UserOperations;

/** Whom a command asks, how it says what it hears, and what went wrong on the way. */
final class Asked {
  private final AskedServer.Client client;
  private final Optional<Rows.Form> form;
  private final PrintWriter out;
  private final PrintWriter err;
  private int status;

  /**
   * For one command.
   *
   * @param form that is asked for; else each command has its own
   */
  Asked(AskedServer.Client client, Optional<Rows.Form> form, PrintWriter out, PrintWriter err) {
    this.client = client;
    this.form = form;
    this.out = out;
    this.err = err;
  }

  /** {@link Ended} for a form that there is not. */
  static Optional<Rows.Form> form(Optional<String> name) {
    try {
      return name.map(text -> Rows.Form.valueOf(text.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw Ended.fatal(Ended.TEMPORARY, "Unknown print formatter: " + name.orElse(""));
    }
  }

  PrintWriter out() {
    return out;
  }

  Rows rows(Rows.Form usual, List<Rows.Column> columns) {
    return new Rows(form.orElse(usual), columns, out);
  }

  /** Rows for a command that has no form of its own, where one is asked for. */
  Optional<Rows> rows(List<Rows.Column> columns) {
    return form.map(one -> new Rows(one, columns, out));
  }

  <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    return client.ask(operation, question);
  }

  /** Of what went wrong for somebody, the first; 0 where nothing did. */
  int status() {
    return status;
  }

  /** Does something for somebody; says what is wrong with that, and others go on. */
  void attempt(String user, Runnable work) {
    try {
      work.run();
    } catch (Ended e) {
      if (!e.isOfOne()) {
        throw e;
      }
      trouble(e.status(), e.said());
    } catch (OperationRefused e) {
      if (e.kind() != OperationRefused.Kind.REQUEST) {
        throw e;
      }
      trouble(Ended.NOT_POSSIBLE, Ended.said(user, String.valueOf(e.getMessage())));
    }
  }

  /** Says it, and goes on. */
  void trouble(int code, String said) {
    out.flush();
    err.println(said);
    if (status == 0) {
      status = code;
    }
  }

  /** Does something for each who is meant. */
  void each(Options options, Consumer<String> work) {
    users(options).forEach(user -> attempt(user, () -> work.accept(user)));
  }

  /**
   * Those who are meant: by {@code -u}, of whom a mask may mean several, or {@code -A} for all.
   *
   * @throws Ended where nobody is
   */
  List<String> users(Options options) {
    String user = options.value('u').orElse("");
    if (user.isEmpty() != options.has('A')) {
      throw Ended.fatal(Ended.USAGE, "expected -u USER, or -A for all");
    }
    if (options.has('A') || Mask.isOne(user)) {
      Mask mask = Mask.ofUsers(user.isEmpty() ? "*" : user);
      return ask(UserOperations.LIST, new Nothing()).logins().stream().filter(mask::fits).toList();
    }
    return List.of(
        user(user)
            .orElseThrow(() -> Ended.error(Ended.NO_USER, user, "User doesn't exist"))
            .login());
  }

  /** What is known of somebody; empty where nobody is called so. */
  Optional<UserOperations.Shown> user(String login) {
    try {
      return Optional.of(ask(UserOperations.SHOW, new UserOperations.Login(login)));
    } catch (OperationRefused e) {
      if (e.kind() == OperationRefused.Kind.REQUEST) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** With the one who is meant before them, where there may be several. */
  static List<Rows.Column> columns(Options options, List<Rows.Column> columns) {
    List<Rows.Column> all = new ArrayList<>();
    if (isOfSeveral(options)) {
      all.add(Rows.Column.plain("username", "Username"));
    }
    all.addAll(columns);
    return all;
  }

  static List<String> row(Options options, String user, List<String> cells) {
    List<String> all = new ArrayList<>();
    if (isOfSeveral(options)) {
      all.add(user);
    }
    all.addAll(cells);
    return all;
  }

  private static boolean isOfSeveral(Options options) {
    return options.has('A') || Mask.isOne(options.value('u').orElse(""));
  }
}
