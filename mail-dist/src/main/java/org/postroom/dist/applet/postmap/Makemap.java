package org.postroom.dist.applet.postmap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.LogicalLines;
import org.postroom.core.table.TableText;
import org.postroom.dist.applet.edit.EditRefused;
import org.postroom.dist.applet.edit.EditedFile;

/**
 * makemap(8) of sendmail: takes lines with keys and values from standard input. Here tables are
 * read from their texts, so no index is made. Where the map's text is what stands on standard
 * input, as it is with {@code makemap hash access <access}, it is looked at and left as it is.
 * Where there is none, it is written, and from then on belongs to makemap, which says so in its
 * first line; any other text is somebody's own, and is not written over.
 *
 * <p>DIAGNOSTICS: the exit statuses of sendmail's: 64 for words that are not understood, 65 for
 * lines that are none, each of which is named, 69 for types that there are not, 73 where nothing
 * can be written, 66 where there is nothing to be read.
 */
public final class Makemap {
  /** The first line of a text that is ours. */
  static final String OURS =
      "# Written by makemap from its standard input, and written anew by its next run.";

  private static final int USAGE = 64;
  private static final int DATA = 65;
  private static final int NO_INPUT = 66;
  private static final int UNAVAILABLE = 69;
  private static final int CANNOT_CREATE = 73;
  private static final int LARGEST_INPUT = 32 * 1024 * 1024;

  private final MakemapRequest request;
  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Clock clock;

  /** One call. */
  public Makemap(
      MakemapRequest request, InputStream in, PrintWriter out, PrintWriter err, Clock clock) {
    this.request = request;
    this.in = in;
    this.out = out;
    this.err = err;
    this.clock = clock;
  }

  /** Why it ends, with sendmail's exit status. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    Ended(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  /** Does it; gives the exit status. */
  public int run() {
    try {
      perform();
      return 0;
    } catch (Ended e) {
      if (!String.valueOf(e.getMessage()).isEmpty()) {
        say(String.valueOf(e.getMessage()));
      }
      return e.status;
    } catch (EditRefused e) {
      say(String.valueOf(e.getMessage()));
      return CANNOT_CREATE;
    } catch (BadValue e) {
      say(e.reason());
      return DATA;
    } catch (IOException e) {
      say("standard input cannot be read: " + e.getMessage());
      return NO_INPUT;
    } finally {
      out.flush();
    }
  }

  private void say(String text) {
    err.println("makemap: " + text);
  }

  private void perform() throws IOException {
    if (request.has('l')) {
      out.println("hash");
      out.println("btree");
      return;
    }
    if (request.words().size() != 2) {
      throw new Ended(
          USAGE,
          "usage: makemap [-C cffile] [-N] [-c cachesize] [-D commentchar] [-d] [-e] [-f] [-l] [-o]"
              + " [-r] [-s] [-t delimiter] [-u] [-v] type mapname");
    }
    TableName table;
    try {
      table = TableName.parse(request.words().get(0) + ":" + mapName(), "");
    } catch (Fatal e) {
      throw new Ended(UNAVAILABLE, "Type " + request.words().get(0) + " not supported here");
    }
    if (!table.isIndexed()) {
      throw new Ended(UNAVAILABLE, "Type " + request.words().get(0) + " not supported here");
    }
    Path file = path(table.name());
    if (request.has('u')) {
      list(file);
    } else {
      Map<String, String> taken = taken(table.name());
      write(file, request.has('o') ? together(file, taken) : taken);
    }
  }

  /** Without what the index would end with. */
  private String mapName() {
    String name = request.words().get(1);
    return name.endsWith(".db") ? name.substring(0, name.length() - ".db".length()) : name;
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new Ended(CANNOT_CREATE, name + ": No such file or directory");
    }
  }

  private void list(Path file) {
    if (!Files.exists(file)) {
      throw new Ended(NO_INPUT, "error opening type hash map " + file + ": No such file");
    }
    entries(file)
        .forEach(
            (key, value) ->
                out.println(
                    Postmap.words(key) + request.delimiter().orElse("\t") + Postmap.words(value)));
  }

  /** What a text has, its octets as they are; of a key that is there twice the first counts. */
  private Map<String, String> entries(Path file) {
    return entries(file.toString(), new EditedFile(file, clock).text());
  }

  private Map<String, String> entries(String name, String text) {
    Map<String, String> entries = new LinkedHashMap<>();
    try {
      TableText.read(name, new StringReader(text), TableText.Form.KEY_VALUE)
          .entries()
          .forEach(one -> entries.putIfAbsent(folded(one.key()), one.value()));
      return entries;
    } catch (IOException e) {
      throw new IllegalStateException("a text is read from memory", e);
    }
  }

  /** Letters of ASCII alone: the others are octets here. */
  private String folded(String key) {
    if (request.has('f')) {
      return key;
    }
    StringBuilder text = new StringBuilder(key);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      text.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c);
    }
    return text.toString();
  }

  /** What stands on standard input, line by line, as sendmail reads it. */
  private Map<String, String> taken(String name) throws IOException {
    byte[] octets = in.readNBytes(LARGEST_INPUT + 1);
    if (octets.length > LARGEST_INPUT) {
      throw new Ended(DATA, "standard input: more than 32 MB");
    }
    Map<String, String> taken = new LinkedHashMap<>();
    boolean good = true;
    int number = 0;
    for (String line : new String(octets, ISO_8859_1).split("\r?\n", -1)) {
      number++;
      if (line.isEmpty() || line.startsWith(request.comment())) {
        continue;
      }
      String fault = take(line, taken);
      if (!fault.isEmpty()) {
        say(name + ": line " + number + ": " + fault);
        good = false;
      }
    }
    if (!good) {
      throw new Ended(DATA, "");
    }
    return taken;
  }

  /** Takes a line; says what is wrong with it. */
  private String take(String line, Map<String, String> taken) {
    if (LogicalLines.isSpace(line.charAt(0))) {
      return "syntax error (leading space)";
    }
    String key;
    String value;
    if (request.delimiter().isPresent()) {
      int end = line.indexOf(request.delimiter().get());
      key = end < 0 ? line : line.substring(0, end);
      value = end < 0 ? "" : line.substring(end + request.delimiter().get().length());
    } else {
      int end = 0;
      while (end < line.length() && !LogicalLines.isSpace(line.charAt(end))) {
        end++;
      }
      key = line.substring(0, end);
      value = line.substring(end);
    }
    value = value.strip();
    if (key.isBlank()) {
      return "no LHS";
    }
    if (value.isEmpty()) {
      return request.has('e')
          ? "no RHS for LHS " + key + ": a text has no entries without a value"
          : "no RHS for LHS " + key;
    }
    if (key.chars().anyMatch(c -> LogicalLines.isSpace((char) c)) || key.startsWith("#")) {
      return "key " + key + ": a text has none with white space, and none that begins with #";
    }
    String folded = folded(key);
    if (taken.containsKey(folded) && !request.has('r')) {
      return "key " + key + ": duplicate key" + (request.has('d') ? ": a text has none" : "");
    }
    if (request.has('v')) {
      out.println("key=`" + Postmap.words(folded) + "', val=`" + Postmap.words(value) + "'");
    }
    taken.put(folded, value);
    return "";
  }

  /** What is there already, and more; a key that is there is another's only by {@code -r}. */
  private Map<String, String> together(Path file, Map<String, String> taken) {
    Map<String, String> all = new LinkedHashMap<>();
    if (Files.exists(file)) {
      all.putAll(entries(file));
    }
    for (Map.Entry<String, String> one : taken.entrySet()) {
      if (all.containsKey(one.getKey()) && !request.has('r')) {
        throw new Ended(DATA, file + ": key " + one.getKey() + ": duplicate key");
      }
      all.put(one.getKey(), one.getValue());
    }
    return all;
  }

  private void write(Path file, Map<String, String> wanted) {
    StringBuilder text = new StringBuilder(OURS).append('\n');
    wanted.forEach((key, value) -> text.append(key).append('\t').append(value).append('\n'));
    if (!entries(file.toString(), text.toString()).equals(wanted)) {
      throw new Ended(DATA, file + ": its lines mean something else in a text than in a map");
    }
    make(file);
    new EditedFile(file, clock)
        .change(
            before -> {
              if (entries(file.toString(), before).equals(wanted)) {
                return before;
              }
              if (!before.isEmpty() && !before.startsWith(OURS)) {
                throw new Ended(
                    CANNOT_CREATE,
                    file
                        + ": this text says something else than standard input, and makemap has"
                        + " not written it; tables are read from their texts: edit it, or take"
                        + " another name");
              }
              return text.toString();
            });
  }

  private static void make(Path file) {
    if (Files.exists(file)) {
      return;
    }
    try {
      Path unused = Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // somebody else was quicker
    } catch (IOException e) {
      throw new Ended(CANNOT_CREATE, file + ": cannot be made: " + EditedFile.reason(e));
    }
  }
}
