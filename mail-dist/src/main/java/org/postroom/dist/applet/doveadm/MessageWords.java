package org.postroom.dist.applet.doveadm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.applet.doveadm.Rows.Form;
import org.postroom.dist.files.NamedFlags;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.MailboxOperations.Owner;
import org.postroom.dist.operation.MessageOperations;
import org.postroom.dist.operation.MessageOperations.Behind;
import org.postroom.dist.operation.MessageOperations.Known;
import org.postroom.dist.operation.MessageOperations.Page;
import org.postroom.dist.operation.MessageOperations.Piece;
import org.postroom.dist.operation.MessageOperations.Where;
import org.postroom.dist.operation.SearchOperations;
import org.postroom.dist.operation.SearchOperations.Found;
import org.postroom.dist.operation.SearchOperations.Sought;

/** {@code doveadm search}, and what is done with messages that a query finds. */
final class MessageWords {
  private static final int MOST = MessageOperations.MOST;

  /** A message of this many octets is shown, and no longer one. */
  private static final long LONGEST = 64L << 20;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  /** Fields of more than one line. */
  private static final List<String> TEXTS = List.of("hdr", "body", "text", "text.utf8");

  private final Asked asked;
  private final Clock clock;
  private final ZoneId zone;

  MessageWords(Asked asked, Clock clock, ZoneId zone) {
    this.asked = asked;
    this.clock = clock;
    this.zone = zone;
  }

  /** Does something with the messages of one mailbox that were found. */
  private interface Work {
    void on(String user, Where where, Found found);
  }

  void run(String command, List<String> words) {
    Options options = Options.of("u:A", command.equals("flags") ? behind(words) : words);
    List<String> operands = options.operands();
    switch (command) {
      case "search" -> search(options, query(operands, "search"));
      case "fetch" -> {
        String fields = first(operands, "doveadm fetch [-u <user>|-A] <fields> <search query>");
        fetch(options, fields, query(operands.subList(1, operands.size()), command));
      }
      case "expunge" ->
          each(
              options,
              query(operands, command).careful(command),
              (user, where, found) ->
                  parts(found.uids())
                      .forEach(
                          uids ->
                              asked.ask(
                                  SearchOperations.EXPUNGE,
                                  new SearchOperations.Chosen(where, uids))));
      case "move", "copy" -> {
        String target =
            first(operands, "doveadm " + command + " [-u <user>|-A] <destination> <search query>");
        Query query = query(operands.subList(1, operands.size()), command);
        boolean isMove = command.equals("move");
        copy(options, isMove ? query.careful(command) : query, target, isMove);
      }
      case "flags" -> {
        String how = words.isEmpty() ? "" : words.get(0);
        String flags =
            first(
                operands, "doveadm flags add|remove|replace [-u <user>|-A] <flags> <search query>");
        flags(options, how, flags, query(operands.subList(1, operands.size()), command));
      }
      default -> throw new IllegalArgumentException("there is no command " + command);
    }
  }

  /** {@code flags} has a word of its own before its options. */
  private static List<String> behind(List<String> words) {
    if (words.isEmpty() || !List.of("add", "remove", "replace").contains(words.get(0))) {
      throw Ended.usage("doveadm flags add|remove|replace [-u <user>|-A] <flags> <search query>");
    }
    return words.subList(1, words.size());
  }

  private static String first(List<String> operands, String usage) {
    if (operands.isEmpty()) {
      throw Ended.usage(usage);
    }
    return operands.get(0);
  }

  private Query query(List<String> words, String command) {
    if (words.isEmpty()) {
      throw Ended.usage("doveadm " + command + " [-u <user>|-A] ... <search query>");
    }
    return Query.of(words, clock, zone);
  }

  private void each(Options options, Query query, Work work) {
    asked.each(options, user -> each(user, query, work));
  }

  private void each(String user, Query query, Work work) {
    List<String> mailboxes =
        asked.ask(MailboxOperations.LIST, new Owner(user)).mailboxes().stream()
            .map(MailboxOperations.Kept::name)
            .toList();
    query
        .missing(mailboxes)
        .ifPresent(
            name ->
                asked.trouble(Ended.NOT_FOUND, Ended.said(user, "Mailbox doesn't exist: " + name)));
    mailboxes.stream()
        .filter(query::isIn)
        .forEach(mailbox -> each(user, mailbox, query.program(mailbox), work));
  }

  private void each(String user, String mailbox, String program, Work work) {
    long behind = 0;
    boolean isMore = true;
    while (isMore) {
      Found found = sought(new Sought(user, mailbox, program, behind));
      if (!found.uids().isEmpty()) {
        work.on(user, new Where(user, mailbox, found.uidValidity()), found);
      }
      isMore = found.next().isPresent();
      behind = found.next().orElse(0L);
    }
  }

  private Found sought(Sought sought) {
    try {
      return asked.ask(SearchOperations.SEARCH, sought);
    } catch (OperationRefused e) {
      if (e.kind() == OperationRefused.Kind.REQUEST) {
        throw Ended.error(Ended.TEMPORARY, sought.login(), String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private static List<List<Long>> parts(List<Long> uids) {
    List<List<Long>> parts = new ArrayList<>();
    for (int i = 0; i < uids.size(); i += MOST) {
      parts.add(uids.subList(i, Math.min(uids.size(), i + MOST)));
    }
    return parts;
  }

  private void search(Options options, Query query) {
    Rows rows =
        asked.rows(
            Form.FLOW,
            Asked.columns(options, List.of(Column.plain("mailbox-guid"), Column.plain("uid"))));
    each(
        options,
        query,
        (user, where, found) ->
            found
                .uids()
                .forEach(
                    uid -> rows.add(Asked.row(options, user, List.of(guid(found), "" + uid)))));
    rows.end();
  }

  private static String guid(Found found) {
    return String.format(Locale.ROOT, "%016x%016x", found.uidValidity(), found.id());
  }

  /** Messages of a mailbox that were found. */
  private record Lot(Where where, Found found) {}

  /** All are found before the first is copied, so that no copy is copied again. */
  private void copy(Options options, Query query, String named, boolean isMove) {
    asked.each(
        options,
        user -> {
          String target =
              asked.ask(MailboxOperations.LIST, new Owner(user)).mailboxes().stream()
                  .map(MailboxOperations.Kept::name)
                  .filter(name -> name.equals(named.equalsIgnoreCase("INBOX") ? "INBOX" : named))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          Ended.error(
                              Ended.NOT_FOUND,
                              user,
                              "Can't open mailbox '"
                                  + named
                                  + "': Mailbox doesn't exist: "
                                  + named));
          List<Lot> lots = new ArrayList<>();
          each(user, query, (whose, where, found) -> lots.add(new Lot(where, found)));
          for (Lot lot : lots) {
            if (!isMove || !lot.where().mailbox().equals(target)) {
              copy(lot, target, isMove);
            }
          }
        });
  }

  private void copy(Lot lot, String target, boolean isMove) {
    parts(lot.found().uids())
        .forEach(
            uids ->
                asked.ask(
                    SearchOperations.COPY,
                    new SearchOperations.Copied(lot.where(), uids, target, isMove)));
  }

  private void flags(Options options, String how, String flags, Query query) {
    List<String> names = Arrays.stream(flags.strip().split("[ \t]+")).toList();
    for (String name : names) {
      if (!NamedFlags.isName(name)) {
        throw Ended.fatal(
            Ended.TEMPORARY,
            (name.startsWith("\\") ? "Invalid system flag: " : "Invalid keyword: ") + name);
      }
    }
    each(
        options,
        query,
        (user, where, found) ->
            parts(found.uids())
                .forEach(
                    uids ->
                        asked.ask(
                            SearchOperations.FLAG,
                            new SearchOperations.Flagged(where, uids, how, names))));
  }

  private void fetch(Options options, String text, Query query) {
    List<String> fields =
        Arrays.stream(text.strip().split("[ \t]+"))
            .map(one -> one.toLowerCase(Locale.ROOT))
            .toList();
    for (String field : fields) {
      if (!isField(field)) {
        throw Ended.fatal(Ended.TEMPORARY, "Unknown fetch field: " + field);
      }
    }
    Rows rows =
        asked.rows(
            Form.PAGER, Asked.columns(options, fields.stream().map(MessageWords::column).toList()));
    boolean needsText = fields.stream().anyMatch(MessageWords::isOfText);
    each(
        options,
        query,
        (user, where, found) -> {
          Map<Long, Known> known = known(where, found);
          for (long uid : found.uids()) {
            Known one = known.get(uid);
            if (one != null) {
              Optional<String> content =
                  needsText ? Optional.of(content(where, one)) : Optional.empty();
              rows.add(
                  Asked.row(
                      options,
                      user,
                      fields.stream()
                          .map(field -> value(field, where, found, one, content.orElse("")))
                          .toList()));
            }
          }
        });
    rows.end();
  }

  private static Column column(String field) {
    return TEXTS.contains(field) ? Column.text(field) : Column.of(field);
  }

  private static boolean isField(String field) {
    return isOfText(field)
        || List.of(
                "user",
                "mailbox",
                "mailbox-guid",
                "uid",
                "flags",
                "date.received",
                "size.virtual",
                "size.physical")
            .contains(field);
  }

  private static boolean isOfText(String field) {
    return field.startsWith("hdr.") || TEXTS.contains(field);
  }

  /** Of the messages that were found, what a listing says. */
  private Map<Long, Known> known(Where where, Found found) {
    Map<Long, Known> known = new TreeMap<>();
    long last = found.uids().get(found.uids().size() - 1);
    Optional<Behind> next = Optional.of(new Behind(where, found.uids().get(0) - 1));
    while (next.isPresent() && next.get().uid() < last) {
      Page page = asked.ask(MessageOperations.LIST, next.get());
      page.messages().forEach(one -> known.put(one.uid(), one));
      next = next.get().next(page);
    }
    return known;
  }

  private String value(String field, Where where, Found found, Known one, String text) {
    int end = text.indexOf("\n\n");
    String head = end < 0 ? text : text.substring(0, end + 2);
    return switch (field) {
      case "user" -> where.login();
      case "mailbox" -> where.mailbox();
      case "mailbox-guid" -> guid(found);
      case "uid" -> "" + one.uid();
      case "flags" -> String.join(" ", one.flags());
      case "date.received" -> TIME.format(Instant.ofEpochMilli(one.date()).atZone(zone));
      case "size.virtual", "size.physical" -> "" + one.size();
      case "text", "text.utf8" -> text;
      case "hdr" -> head;
      case "body" -> end < 0 ? "" : text.substring(end + 2);
      default -> header(head, field.substring("hdr.".length()));
    };
  }

  /** What a header says, with its lines; of several of that name, one below the other. */
  private static String header(String head, String name) {
    List<String> found = new ArrayList<>();
    boolean isWanted = false;
    for (String line : head.split("\n")) {
      int colon = line.indexOf(':');
      boolean isMore = line.startsWith(" ") || line.startsWith("\t");
      isWanted =
          isMore ? isWanted : colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(name);
      if (isWanted) {
        found.add(isMore ? line : line.substring(colon + 1).strip());
      }
    }
    return String.join("\n", found);
  }

  /** The message with the line ends of this system. */
  private String content(Where where, Known one) {
    if (one.size() > LONGEST) {
      throw Ended.error(
          Ended.NOT_POSSIBLE,
          where.login(),
          "message " + one.uid() + " has more than " + LONGEST + " octets");
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream((int) one.size());
    while (octets.size() < one.size()) {
      List<Piece> pieces =
          asked
              .ask(
                  MessageOperations.READ,
                  new MessageOperations.Some(where, List.of(one.uid()), octets.size()))
              .pieces();
      if (pieces.isEmpty() || pieces.get(0).octets().length == 0) {
        throw Ended.error(
            Ended.NOT_POSSIBLE, where.login(), "message " + one.uid() + " cannot be read");
      }
      octets.writeBytes(pieces.get(0).octets());
    }
    return octets.toString(UTF_8).replace("\r\n", "\n");
  }
}
