package org.postroom.dist.applet.postmap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Listing;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.table.LookupTable;
import org.postroom.core.table.TableText;
import org.postroom.core.table.TableText.Entry;
import org.postroom.core.table.Tables;
import org.postroom.dist.applet.edit.EditRefused;
import org.postroom.dist.applet.edit.EditedFile;
import org.postroom.storage.store.SqlTables;

/**
 * postmap(1) and postalias(1): look keys up in tables of any type as a server would, list and
 * change the texts of those that have keys and values, and say what is wrong with a text. An index
 * is neither made nor read: the text counts.
 *
 * <p>DIAGNOSTICS: exit status 0; 1 where a key is not found, where lines of a text do not count,
 * each of which is named, and where nothing could be done, with a line that says {@code fatal:}.
 */
public final class Postmap {
  private static final int LARGEST_INPUT = 64 * 1024 * 1024;
  private static final String READ_ONLY = " map requires O_RDONLY access mode";

  private final PostmapRequest request;
  private final Listing names;
  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Clock clock;

  /**
   * One call.
   *
   * @param names what main.cf says of types, and of files of aliases
   */
  public Postmap(
      PostmapRequest request,
      Listing names,
      InputStream in,
      PrintWriter out,
      PrintWriter err,
      Clock clock) {
    this.request = request;
    this.names = names;
    this.in = in;
    this.out = out;
    this.err = err;
    this.clock = clock;
  }

  /** Does it; gives the exit status. */
  public int run() {
    try {
      boolean good = perform();
      out.flush();
      return good ? 0 : 1;
    } catch (Fatal | EditRefused e) {
      return fail(String.valueOf(e.getMessage()));
    } catch (BadValue e) {
      return fail(e.reason());
    } catch (UncheckedIOException e) {
      return fail("read standard input: " + e.getMessage());
    }
  }

  private int fail(String why) {
    out.flush();
    say("fatal: " + why);
    return 1;
  }

  private boolean perform() {
    if (request.has('F')) {
      throw new Fatal("-F is not there: values are not encoded");
    }
    boolean asMail = request.has('h') || request.has('b');
    if (request.has('m') && !asMail) {
      say("warning: ignoring -m option without -b or -h");
    }
    if ((asMail || request.has('m'))
        && !request.query().equals(Optional.of(PostmapRequest.STANDARD_INPUT))) {
      throw new Fatal("specify -b -h or -m only with \"-q -\"");
    }
    List<TableName> tables =
        request.tables().stream().map(text -> TableName.parse(text, usualType())).toList();
    if (request.query().isPresent()) {
      return query(tables, request.query().get());
    }
    if (request.delete().isPresent()) {
      return delete(tables, request.delete().get());
    }
    if (request.has('s')) {
      list(tables.get(0));
      return true;
    }
    return request.has('i') ? insert(tables) : check(tables);
  }

  private String usualType() {
    return expanded(AliasParams.DEFAULT_DATABASE_TYPE.name());
  }

  private String expanded(String name) {
    return names.row(name).map(names::expanded).orElse("");
  }

  private boolean query(List<TableName> tables, String query) {
    try (SqlTables databases = new SqlTables()) {
      List<Function<String, Optional<String>>> asked =
          tables.stream().map(table -> asked(table, databases)).toList();
      if (!query.equals(PostmapRequest.STANDARD_INPUT)) {
        Optional<String> value = first(asked, query);
        value.map(this::shown).ifPresent(out::println);
        return value.isPresent();
      }
      boolean[] found = new boolean[1];
      keys(
          key ->
              first(asked, key)
                  .ifPresent(
                      value -> {
                        found[0] = true;
                        out.println(pair(key, value));
                      }));
      return found[0];
    }
  }

  private static Optional<String> first(
      List<Function<String, Optional<String>>> asked, String key) {
    return asked.stream()
        .map(one -> key.isEmpty() ? Optional.<String>empty() : one.apply(key))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** A table that answers; it is opened, and what is wrong with its text said, when it is asked. */
  private Function<String, Optional<String>> asked(TableName table, SqlTables databases) {
    if (table.hasEntries() && (request.has('f') || request.isAliases())) {
      Map<String, String> entries = new LinkedHashMap<>();
      boolean[] read = new boolean[1];
      return key -> {
        if (!read[0]) {
          read[0] = true;
          entries.putAll(entries(table));
        }
        return Optional.ofNullable(entries.get(folded(key)));
      };
    }
    LookupTable[] opened = new LookupTable[1];
    return key -> {
      if (opened[0] == null) {
        opened[0] = open(table, databases);
      }
      try {
        return opened[0].find(key);
      } catch (LookupUnavailable e) {
        say("warning: " + e.getMessage());
        throw new Fatal("table " + table + ": query error");
      }
    };
  }

  private LookupTable open(TableName table, SqlTables databases) {
    if (table.hasEntries()) {
      Optional<String> unused = Optional.of(text(table)); // for who reads why it cannot be
    }
    Tables tables =
        Tables.builder()
            .base(Path.of("").toAbsolutePath())
            .defaultType(usualType())
            .aliasFiles(List.of(expanded(AliasParams.ALIAS_MAPS.name()).split("[,\\s]+")))
            .aliasFiles(List.of(expanded(AliasParams.ALIAS_DATABASE.name()).split("[,\\s]+")))
            .random(RandomGenerator.getDefault())
            .sql(databases)
            .build();
    LookupTable opened = tables.open(table.toString());
    if (!table.isIndexed()) {
      tables.warnings().forEach(warning -> say("warning: " + warning));
    }
    return opened;
  }

  private boolean delete(List<TableName> tables, String key) {
    requireIndexed(tables);
    List<String> unwanted =
        key.equals(PostmapRequest.STANDARD_INPUT) ? lines(input()) : List.of(key);
    boolean found = false;
    for (TableName table : tables) {
      found |= new EntriesEdit(request, table, clock).delete(unwanted);
    }
    return found;
  }

  private boolean insert(List<TableName> tables) {
    requireIndexed(tables);
    TableText wanted = read("stdin", words(input()));
    wanted.warnings().forEach(warning -> say("warning: " + warning));
    if (!wanted.isWhole()) {
      say("fatal: what does not count is not put in, and nothing else is");
      return false;
    }
    for (TableName table : tables) {
      new EntriesEdit(request, table, clock)
          .insert(wanted.entries(), warning -> say("warning: " + warning));
    }
    return true;
  }

  private static void requireIndexed(List<TableName> tables) {
    for (TableName table : tables) {
      if (!table.isIndexed()) {
        throw new Fatal(table + READ_ONLY);
      }
    }
  }

  private boolean check(List<TableName> tables) {
    boolean good = true;
    for (TableName table : tables) {
      if (!table.hasEntries()) {
        try (SqlTables databases = new SqlTables()) {
          LookupTable unused = open(table, databases);
        }
        continue;
      }
      TableText text = read(table.name(), text(table));
      text.warnings().stream()
          .filter(warning -> !(isSilent() && warning.contains("duplicate entry: ")))
          .forEach(warning -> say("warning: " + warning));
      good &= text.isWhole();
      if (request.isAliases() && request.has('v')) {
        out.println(summary(table.name(), text));
      }
    }
    if (tables.stream().anyMatch(TableName::isIndexed)) {
      say("note: tables are read from their text, so nothing is compiled");
    }
    return good;
  }

  private boolean isSilent() {
    return request.has('w') || request.has('r');
  }

  /** In the words of sendmail's newaliases. */
  private static String summary(String name, TableText text) {
    int longest = 0;
    long total = 0;
    Set<String> seen = new HashSet<>();
    for (Entry entry : text.entries()) {
      if (seen.add(entry.key().toLowerCase(Locale.ROOT))) {
        int length = entry.value().getBytes(UTF_8).length;
        longest = Math.max(longest, length);
        total += length + entry.key().getBytes(UTF_8).length;
      }
    }
    return name
        + ": "
        + seen.size()
        + " aliases, longest "
        + longest
        + " bytes, "
        + total
        + " bytes total";
  }

  private void list(TableName table) {
    if (!table.hasEntries()) {
      throw new Fatal("table " + table + ": sequence operation is not supported");
    }
    entries(table).forEach((key, value) -> out.println(pair(key, value)));
  }

  private String pair(String key, String value) {
    return key + (request.isAliases() ? ":" : "") + "\t" + shown(value);
  }

  /** A list of aliases has one form; other values are as they are written. */
  private String shown(String value) {
    if (!request.isAliases()) {
      return value;
    }
    StringBuilder out = new StringBuilder();
    boolean quoted = false;
    boolean space = false;
    boolean afterComma = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!quoted && LogicalLines.isSpace(c)) {
        space = true;
        continue;
      }
      boolean isComma = c == ',' && !quoted;
      if (space && !isComma || afterComma) {
        out.append(' ');
      }
      space = false;
      afterComma = isComma;
      out.append(c);
      if (c == '\\' && i + 1 < value.length()) {
        out.append(value.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
      }
    }
    return out.toString();
  }

  /** What counts of the text, in its order. */
  private Map<String, String> entries(TableName table) {
    TableText text = read(table.name(), text(table));
    if (!table.isIndexed()) {
      text.warnings().forEach(warning -> say("warning: " + warning));
    }
    Map<String, String> entries = new LinkedHashMap<>();
    text.entries().forEach(one -> entries.putIfAbsent(folded(one.key()), one.value()));
    return entries;
  }

  private String folded(String key) {
    return request.has('f') ? key : key.toLowerCase(Locale.ROOT);
  }

  private String text(TableName table) {
    return utf8(new EditedFile(table.path(), clock).text());
  }

  /** As words; without UTF-8 there, as it stands, where {@code -u} says so. */
  private String utf8(String octets) {
    return request.has('u') ? octets : words(octets);
  }

  static String words(String octets) {
    return new String(octets.getBytes(ISO_8859_1), UTF_8);
  }

  private TableText read(String source, String text) {
    try {
      return TableText.read(source, new StringReader(text), request.form());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands over the keys on standard input: lines, or what checks would look at in a mail. */
  private void keys(Consumer<String> taker) {
    String input = input();
    if (request.has('h') || request.has('b')) {
      new MessageKeys(request.has('h'), request.has('b'), request.has('m'))
          .of(input.getBytes(ISO_8859_1), key -> taker.accept(words(key)));
    } else {
      lines(input).forEach(taker);
    }
  }

  private static List<String> lines(String octets) {
    return octets.lines().map(Postmap::words).toList();
  }

  /** All of it, each octet one character. */
  private String input() {
    try {
      byte[] read = in.readNBytes(LARGEST_INPUT + 1);
      if (read.length > LARGEST_INPUT) {
        throw new Fatal("standard input: more than 64 MB");
      }
      return new String(read, ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void say(String text) {
    err.println(request.command() + ": " + text);
  }
}
