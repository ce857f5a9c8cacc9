package org.postroom.core.table;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Settings;
import org.postroom.core.log.TableLog;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.time.Timers;

/**
 * The tables of one configuration, each opened once under its {@code type:name}. Files stay as they
 * were when they were opened, until {@link #watch} says by what their changes are seen.
 *
 * <pre>{@code
 * Tables tables = Tables.builder().base(Path.of("/etc/postfix")).build();
 * Optional<String> value = tables.open("hash:/etc/postfix/access").find("example.org");
 * }</pre>
 */
public final class Tables implements AutoCloseable {

  private final Path base;
  private final String defaultType;
  private final Set<String> aliasFiles;
  private final List<String> unsafe;
  private final Map<String, Function<String, LookupTable>> types;
  private final Map<String, LookupTable> named;
  private final @Nullable SqlSource sql;
  private final @Nullable RandomGenerator random;
  private final @Nullable Function<String, Optional<String>> environment;

  private final Map<String, LookupTable> opened = new HashMap<>();
  private final List<FileTable> files = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private @Nullable FileWatch watch;
  private @Nullable FileRounds rounds;
  private boolean closed;

  private Tables(Builder builder) {
    base = builder.base;
    defaultType = builder.defaultType;
    types = Map.copyOf(builder.types);
    named = Map.copyOf(builder.named);
    sql = builder.sql;
    random = builder.random;
    environment = builder.environment;
    unsafe = List.copyOf(builder.unsafe);
    aliasFiles = new HashSet<>();
    for (String text : builder.aliasFiles) {
      String plain = text.startsWith("proxy:") ? text.substring("proxy:".length()) : text;
      aliasFiles.add(plain.substring(plain.indexOf(':') + 1));
    }
  }

  /** Begins to describe tables. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The table of that name: {@code type:name}, or a file's path, which is of {@code
   * default_database_type}.
   *
   * @throws BadValue for a type or a content that we cannot obey
   */
  public LookupTable open(String text) {
    return open(text, Use.FREE);
  }

  /**
   * The same, for values that name mailboxes, files or hosts: rules that put what was matched into
   * the value ({@code $1}) are refused, because the sender of a mail would write them.
   *
   * @throws BadValue as {@link #open}, and for such a rule
   */
  public LookupTable openLiteral(String text) {
    return open(text, Use.LITERAL);
  }

  /**
   * The same as {@link #openLiteral}, for values that are passwords: a file that others can read or
   * change is refused.
   *
   * @throws BadValue as {@link #openLiteral}, and for such a file
   */
  public LookupTable openSecret(String text) {
    return open(text, Use.SECRET);
  }

  /** All tables of a parameter, as {@link #open} opens each. */
  public TableList openAll(List<String> texts) {
    return new TableList(texts.stream().map(this::open).toList());
  }

  /** What an administrator should know about what was opened. */
  public synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** What is as it should be, and other than an administrator may expect. */
  public synchronized List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * From now on, files that change are read again.
   *
   * @param clock by which they are looked after
   * @param workers read large ones
   */
  public synchronized void watch(Clock clock, Timers timers, Executor workers) {
    FileWatch with = new FileWatch(clock, timers, workers, new TableLog());
    watch = with;
    files.forEach(file -> file.watch(with));
    if (!files.isEmpty()) {
      goRound(with);
    }
  }

  /** Looks after all files now, and reads on this thread those that have changed. */
  public void refresh() {
    List<FileTable> all;
    synchronized (this) {
      all = List.copyOf(files);
    }
    all.forEach(FileTable::refresh);
  }

  /** Files are looked after by look-ups alone. */
  @Override
  public synchronized void close() {
    closed = true;
    if (rounds != null) {
      rounds.close();
    }
  }

  /** The types of tables that there are, sorted by their names. */
  public static List<String> types() {
    return TableTypes.ALL.stream().map(TableTypes.Row::name).sorted().toList();
  }

  /** What is done with its values. */
  private enum Use {
    FREE,
    LITERAL,
    SECRET
  }

  private synchronized LookupTable open(String text, Use use) {
    String key = use + " " + text;
    LookupTable known = opened.get(key);
    if (known == null) {
      known = make(text, use);
      opened.put(key, known);
    }
    return known;
  }

  private LookupTable make(String text, Use use) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      if (!text.startsWith("/")) {
        throw new BadValue("expected type:name: " + text);
      }
      return open(defaultType + ":" + text, use);
    }
    String type = text.substring(0, colon);
    String name = text.substring(colon + 1);
    if (name.isEmpty()) {
      throw new BadValue("expected type:name: " + text);
    }
    Function<String, LookupTable> own = types.get(type);
    return own != null
        ? own.apply(name)
        : TableTypes.named(type, text).open(new One(text, type, name, use));
  }

  private synchronized void goRound(FileWatch with) {
    if (!closed && rounds == null) {
      rounds = FileRounds.begin(with, this::refresh);
    }
  }

  /** Reads a file in its format, and looks after it from now on. */
  private synchronized LookupTable file(String name, Path path, Format format) {
    FileTable table = FileTable.open(name, path, format, warnings);
    files.add(table);
    FileWatch with = watch;
    if (with != null) {
      table.watch(with);
      goRound(with);
    }
    return table;
  }

  /** A table that is being opened. */
  private final class One implements Opening {
    private final String text;
    private final String type;
    private final String name;
    private final Use use;

    One(String text, String type, String name, Use use) {
      this.text = text;
      this.type = type;
      this.name = name;
      this.use = use;
    }

    /** What is written in the configuration itself is not to be told where it is secret. */
    @Override
    public String text() {
      return use == Use.SECRET && (name.startsWith("{") || type.equals("static"))
          ? type + ":…"
          : text;
    }

    @Override
    public String told(String part) {
      return use == Use.SECRET ? "…" : part;
    }

    @Override
    public String type() {
      return type;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public LookupTable open(String other) {
      return Tables.this.open(other, use);
    }

    @Override
    public Path path() {
      Path path;
      try {
        path = base.resolve(name);
      } catch (InvalidPathException e) {
        throw new BadValue("not a path: " + name);
      }
      if (use == Use.SECRET) {
        Privacy.faultOfSecret(path, path + " has passwords in it and", unsafe)
            .ifPresent(
                fault -> {
                  throw new BadValue(fault);
                });
      }
      return path;
    }

    @Override
    public LookupTable file(Format format) {
      return Tables.this.file(text, path(), format);
    }

    @Override
    public boolean isAliases() {
      return aliasFiles.contains(name);
    }

    @Override
    public boolean isLiteral() {
      return use != Use.FREE;
    }

    @Override
    public void note(String what) {
      synchronized (Tables.this) {
        if (!notes.contains(what)) {
          notes.add(what);
        }
      }
    }

    @Override
    public Optional<LookupTable> given() {
      return Optional.ofNullable(named.get(name));
    }

    @Override
    public Optional<SqlSource> sql() {
      return Optional.ofNullable(sql);
    }

    @Override
    public Optional<RandomGenerator> random() {
      return Optional.ofNullable(random);
    }

    @Override
    public Optional<Function<String, Optional<String>>> environment() {
      return Optional.ofNullable(environment);
    }
  }

  /** What tables may need. All of it may be left out. */
  public static final class Builder {
    private Path base = Path.of("");
    private String defaultType = "hash";
    private final List<String> aliasFiles = new ArrayList<>();
    private final Map<String, Function<String, LookupTable>> types = new HashMap<>();
    private final Map<String, LookupTable> named = new HashMap<>();
    private final List<String> unsafe = new ArrayList<>();
    private @Nullable SqlSource sql;
    private @Nullable RandomGenerator random;
    private @Nullable Function<String, Optional<String>> environment;

    private Builder() {}

    /** Where relative paths begin. */
    public Builder base(Path folder) {
      base = folder;
      return this;
    }

    /** Of a path without type. */
    public Builder defaultType(String type) {
      defaultType = type;
      return this;
    }

    /** Tables, as {@code alias_maps} names them, whose files are in the form of aliases(5). */
    public Builder aliasFiles(Collection<String> texts) {
      aliasFiles.addAll(texts);
      return this;
    }

    /** Files with passwords that settings let be open to others. */
    public Builder unsafeFilesOf(Settings settings) {
      unsafe.addAll(settings.get(ConfigParams.UNSAFE_FILES));
      return this;
    }

    /** A table of the embedding program, {@code program:name}. */
    public Builder table(String name, LookupTable table) {
      named.put(name, table);
      return this;
    }

    /**
     * A further type, or another meaning of one of ours.
     *
     * @param factory gets what stands behind the colon; {@link BadValue} where it cannot be obeyed
     */
    public Builder type(String name, Function<String, LookupTable> factory) {
      types.put(name, factory);
      return this;
    }

    /** Who asks databases; it is its giver's to close. */
    public Builder sql(SqlSource source) {
      sql = source;
      return this;
    }

    /** Where chance comes from. */
    public Builder random(RandomGenerator source) {
      random = source;
      return this;
    }

    /** What {@code environ:} looks into. */
    public Builder environment(Function<String, Optional<String>> variables) {
      environment = variables;
      return this;
    }

    public Tables build() {
      return new Tables(this);
    }
  }
}
