package org.postroom.dist.applet.doveadm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.applet.doveadm.Rows.Form;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.MailboxOperations.Count;
import org.postroom.dist.operation.MailboxOperations.Names;
import org.postroom.dist.operation.MailboxOperations.Owner;
import org.postroom.dist.operation.MailboxOperations.Renamed;
import org.postroom.dist.operation.Operation;
import org.postroom.imap.protocol.ModifiedUtf7;

/** {@code doveadm mailbox}. */
final class MailboxWords {
  private static final List<String> FIELDS =
      List.of(
          "messages",
          "recent",
          "uidnext",
          "uidvalidity",
          "unseen",
          "highestmodseq",
          "vsize",
          "guid");

  private static final String USAGE =
      "usage: doveadm [-f <formatter>] mailbox create|delete|list|mutf7|rename|status|subscribe"
          + "|unsubscribe [-u <user>|-A] ...";

  private final Asked asked;

  MailboxWords(Asked asked) {
    this.asked = asked;
  }

  void run(List<String> words) {
    String word = words.isEmpty() ? "" : words.get(0);
    List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
    switch (word) {
      case "list" -> list(Options.of("u:A78s", rest));
      case "status" -> status(Options.of("u:At", rest));
      case "create" -> {
        Options options = Options.of("u:As", rest);
        each(
            options.has('s')
                ? List.of(MailboxOperations.CREATE, MailboxOperations.SUBSCRIBE)
                : List.of(MailboxOperations.CREATE),
            options,
            word);
      }
      case "delete" -> {
        Options options = Options.of("u:AsZ", rest);
        each(
            options.has('s')
                ? List.of(MailboxOperations.DELETE, MailboxOperations.UNSUBSCRIBE)
                : List.of(MailboxOperations.DELETE),
            options,
            word);
      }
      case "subscribe" -> each(List.of(MailboxOperations.SUBSCRIBE), Options.of("u:A", rest), word);
      case "unsubscribe" ->
          each(List.of(MailboxOperations.UNSUBSCRIBE), Options.of("u:A", rest), word);
      case "rename" -> rename(Options.of("u:As", rest));
      case "mutf7" -> mutf7(Options.of("78", rest));
      default -> throw Ended.usage(USAGE);
    }
  }

  private void list(Options options) {
    List<Mask> masks = options.operands().stream().map(Mask::ofMailboxes).toList();
    Rows rows = asked.rows(Form.FLOW, Asked.columns(options, List.of(Column.plain("mailbox"))));
    asked.each(
        options,
        user -> {
          MailboxOperations.Mailboxes known = asked.ask(MailboxOperations.LIST, new Owner(user));
          List<String> names =
              options.has('s')
                  ? known.subscribed()
                  : known.mailboxes().stream().map(MailboxOperations.Kept::name).toList();
          names.stream()
              .filter(name -> masks.isEmpty() || masks.stream().anyMatch(mask -> mask.fits(name)))
              .map(name -> options.has('7') ? ModifiedUtf7.encode(name) : name)
              .forEach(name -> rows.add(Asked.row(options, user, List.of(name))));
        });
    rows.end();
  }

  private void status(Options options) {
    List<String> operands = options.operands();
    if (operands.size() < 2) {
      throw Ended.usage("doveadm mailbox status [-u <user>|-A] [-t] <fields> <mailbox mask> [...]");
    }
    List<String> fields = new ArrayList<>(Arrays.asList(operands.get(0).strip().split("\\s+")));
    if (fields.contains("all")) {
      fields = FIELDS;
    }
    for (String field : fields) {
      if (!FIELDS.contains(field)) {
        throw Ended.fatal(Ended.USAGE, "Unknown status field: " + field);
      }
    }
    List<Column> columns = new ArrayList<>();
    if (!options.has('t')) {
      columns.add(Column.plain("mailbox"));
    }
    fields.forEach(field -> columns.add(Column.of(field)));
    Rows rows = asked.rows(Form.FLOW, Asked.columns(options, columns));
    List<String> wanted = fields;
    List<String> names = operands.subList(1, operands.size());
    asked.each(options, user -> status(options, user, wanted, names, rows));
    rows.end();
  }

  private void status(
      Options options, String user, List<String> fields, List<String> names, Rows rows) {
    List<Count> all = asked.ask(MailboxOperations.STATUS, new Owner(user)).mailboxes();
    List<Count> meant = new ArrayList<>();
    for (String name : names) {
      Mask mask = Mask.ofMailboxes(name);
      List<Count> fitting = all.stream().filter(one -> mask.fits(one.name())).toList();
      if (fitting.isEmpty() && !Mask.isOneOfMailboxes(name)) {
        asked.trouble(
            Ended.NOT_FOUND,
            Ended.said(
                user,
                "Mailbox "
                    + name
                    + ": Failed to lookup mailbox status: Mailbox doesn't exist: "
                    + name));
      }
      fitting.stream().filter(one -> !meant.contains(one)).forEach(meant::add);
    }
    if (options.has('t')) {
      rows.add(
          Asked.row(
              options,
              user,
              fields.stream()
                  .map(field -> "" + meant.stream().mapToLong(one -> number(one, field)).sum())
                  .toList()));
      return;
    }
    for (Count one : meant) {
      List<String> cells = new ArrayList<>(List.of(one.name()));
      fields.forEach(
          field -> cells.add(field.equals("guid") ? guid(one) : "" + number(one, field)));
      rows.add(Asked.row(options, user, cells));
    }
  }

  private static long number(Count one, String field) {
    return switch (field) {
      case "messages" -> one.messages();
      case "recent" -> one.recent();
      case "uidnext" -> one.uidNext();
      case "uidvalidity" -> one.uidValidity();
      case "unseen" -> one.unseen();
      case "highestmodseq" -> one.highestModSeq();
      case "vsize" -> one.octets();
      default -> throw Ended.fatal(Ended.USAGE, "Status field " + field + " can't be used with -t");
    };
  }

  /** What the mailbox keeps under whatever name: 128 bits, as Dovecot's has. */
  private static String guid(Count one) {
    return String.format(Locale.ROOT, "%016x%016x", one.uidValidity(), one.id());
  }

  /** One operation after the other, as long as none is refused, with each name. */
  private void each(List<Operation<Names, Names>> operations, Options options, String verb) {
    List<String> names =
        options.some("doveadm mailbox " + verb + " [-u <user>|-A] <mailbox> [...]");
    asked.each(
        options,
        user -> {
          for (String name : names) {
            String what = "Can't " + verb + " mailbox " + name;
            boolean isKnown = !verb.equals("delete") || hasMailbox(user, name);
            possible(
                () -> operations.forEach(one -> asked.ask(one, new Names(user, List.of(name)))),
                isKnown,
                user,
                what);
          }
        });
  }

  private boolean hasMailbox(String user, String name) {
    Mask mask = Mask.ofMailboxes(name);
    return asked.ask(MailboxOperations.LIST, new Owner(user)).mailboxes().stream()
        .anyMatch(one -> one.name().equals(name) || mask.fits(one.name()));
  }

  private void rename(Options options) {
    List<String> names =
        options.exactly(2, "doveadm mailbox rename [-u <user>|-A] <old name> <new name>");
    asked.each(
        options,
        user -> {
          possible(
              () -> rename(user, names, options.has('s')),
              hasMailbox(user, names.get(0)),
              user,
              "Can't rename mailbox " + names.get(0) + " to " + names.get(1));
        });
  }

  private void rename(String user, List<String> names, boolean withSubscription) {
    Renamed unused =
        asked.ask(MailboxOperations.RENAME, new Renamed(user, names.get(0), names.get(1)));
    if (withSubscription) {
      Names unusedOld =
          asked.ask(MailboxOperations.UNSUBSCRIBE, new Names(user, names.subList(0, 1)));
      Names unusedNew =
          asked.ask(MailboxOperations.SUBSCRIBE, new Names(user, names.subList(1, 2)));
    }
  }

  /** Does it; where that is refused, others go on. */
  private void possible(Runnable work, boolean isKnown, String user, String what) {
    asked.attempt(
        user,
        () -> {
          try {
            work.run();
          } catch (OperationRefused e) {
            if (e.kind() != OperationRefused.Kind.REQUEST) {
              throw e;
            }
            throw Ended.error(
                isKnown ? Ended.NOT_POSSIBLE : Ended.NOT_FOUND, user, what + ": " + e.getMessage());
          }
        });
  }

  private void mutf7(Options options) {
    for (String name : options.some("doveadm mailbox mutf7 [-7|-8] <name> [...]")) {
      try {
        asked
            .out()
            .println(options.has('7') ? ModifiedUtf7.decode(name) : ModifiedUtf7.encode(name));
      } catch (IllegalArgumentException e) {
        throw Ended.fatal(Ended.NOT_POSSIBLE, "Mailbox name not valid mUTF-7: " + name);
      }
    }
  }
}
