package org.postroom.storage.sql;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.mail.QueueIds;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.storage.Storage;
import org.postroom.storage.StorageFault;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.DataFolderOptions;
import org.postroom.storage.blob.StoreMismatch;
import org.postroom.storage.schema.Schema;

/** A store that is open: its parts, put together for each kind of place. */
public final class Engine implements AutoCloseable {
  /** For stores that are gone when closed: tests make accounts and log in all the time. */
  private static final Argon2.Cost CHEAP = new Argon2.Cost(64, 1, 1);

  private final Database database;
  private final BlobStore blobs;
  private final Committer committer;
  private final Purge purge;
  private final Clock clock;
  private final SqlMailStore mail;
  private final SqlQueueStore queue;
  private final SqlAccounts accounts;

  private Engine(
      Database database,
      BlobStore blobs,
      Catalog catalog,
      Life life,
      SecureRandom random,
      Argon2.Cost cost)
      throws SQLException {
    this.database = database;
    this.blobs = blobs;
    this.clock = life.clock();
    Epoch epoch = database.epoch();
    Start start = Start.begin(database, random);
    Watchers watchers = new Watchers();
    Destinations destinations = new Destinations();
    destinations.begin(start.queued, start.waiting);
    List<Runnable> queued = new CopyOnWriteArrayList<>();
    Rows rows = new Rows(database, blobs, life.memory());
    Argon2 hashes = new Argon2(cost, life.hashesAtOnce(), random);
    Credentials credentials = new Credentials(database, clock, random, start.secret, hashes);
    KnownAccounts known = new KnownAccounts(credentials);
    committer =
        new Committer(
            database,
            catalog,
            blobs,
            new Ids(),
            new Renewal(known, destinations, queued),
            life.lifeline());
    WholeMailboxes whole = new WholeMailboxes(committer, catalog, database);
    purge = new Purge(whole);
    BodyRoom bodies = new BodyRoom(database, blobs);
    mail = new SqlMailStore(committer, whole, catalog, database, bodies, rows, watchers, clock);
    QueueIds ids = new QueueIds(clock, (int) (epoch.number() % QueueIds.SEEDS));
    queue =
        new SqlQueueStore(
            committer, database, blobs, watchers, clock, ids, destinations, queued, epoch);
    accounts = new SqlAccounts(committer, database, credentials, known, clock);
    database.opened();
    committer.start(); // nobody commits, or saves, before the database is known to be good
  }

  /**
   * What stands in memory for rows of accounts and of the queue, and who waits for what becomes
   * due.
   *
   * @param listeners woken when it is read anew: what was not known before may be due
   */
  private record Renewal(
      KnownAccounts accounts, Destinations destinations, List<Runnable> listeners)
      implements Committer.Renewal {
    @Override
    public void forget() {
      accounts.forget();
    }

    @Override
    public void read(Statements statements) throws SQLException {
      destinations.begin(Destinations.load(statements), Destinations.rows(statements));
    }

    @Override
    public void announce() {
      listeners.forEach(Runnable::run);
    }
  }

  /**
   * What the store lives by.
   *
   * @param lifeline who hears when it has died
   * @param memory what is held for clients beside the store's own is charged to it
   * @param reopenings how often it may be opened again before that
   * @param hashesAtOnce how many passwords may be hashed at the same time
   */
  record Life(
      Clock clock,
      Lifeline lifeline,
      MemoryBudget memory,
      StoreHealth.Reopenings reopenings,
      int hashesAtOnce) {
    Life(Clock clock, Lifeline lifeline, MemoryBudget memory, StoreHealth.Reopenings reopenings) {
      this(clock, lifeline, memory, reopenings, Argon2.atOnce());
    }

    private StoreHealth of(String name) {
      return new StoreHealth(name, lifeline, reopenings, System::nanoTime);
    }
  }

  /**
   * Opens a store.
   *
   * @param minFree octets that stay free on a disk of ours
   * @param lifeline who hears when it has died
   * @param memory what is held for clients beside the store's own is charged to it
   * @param hashesAtOnce how many passwords may be hashed at the same time
   * @throws StorageFault when it cannot be opened; nothing was changed
   */
  public static Engine open(
      Storage where,
      Clock clock,
      SecureRandom random,
      long minFree,
      Lifeline lifeline,
      MemoryBudget memory,
      int hashesAtOnce) {
    Life life = new Life(clock, lifeline, memory, StoreHealth.Reopenings.DEFAULT, hashesAtOnce);
    if (where instanceof Storage.H2 h2) {
      return openFolder(
          h2.folder(),
          path -> DataFolder.open(path, DataFolderOptions.DEFAULT),
          life,
          random,
          minFree,
          FolderOrigin.Unsaved.DEFAULT);
    }
    if (where instanceof Storage.Postgres postgres) {
      return openPostgres(
          postgres,
          path -> DataFolder.open(path, DataFolderOptions.DEFAULT),
          life,
          random,
          minFree);
    }
    return openMemory(life, random);
  }

  private static Catalog catalog() {
    return new Catalog(Math.max(4L << 20, Runtime.getRuntime().maxMemory() / 12));
  }

  private static Engine openMemory(Life life, SecureRandom random) {
    H2.require(H2.version());
    MemoryOrigin origin = new MemoryOrigin();
    try (Connection connection = origin.source().getConnection()) {
      new Schema("h2").createTemporary(connection);
      Catalog catalog = catalog();
      Database database =
          new Database("memory", new Dialect.H2(), origin, catalog, life.of("the store in memory"));
      database.takePlace();
      return new Engine(database, new MemoryBlobs(), catalog, life, random, CHEAP);
    } catch (SQLException | RuntimeException e) {
      origin.close();
      throw StorageFault.passing("A store in memory cannot be opened: " + e.getMessage(), e);
    }
  }

  /** Opens a store in a data folder that {@code opener} opens: on any disk. */
  static Engine openFolder(
      Path path,
      Function<Path, DataFolder> opener,
      Life life,
      SecureRandom random,
      long minFree,
      FolderOrigin.Unsaved most) {
    H2.require(H2.version());
    String name = "the data folder " + path;
    StoreHealth health = life.of(name);
    Catalog catalog = catalog();
    FolderOrigin origin = new FolderOrigin(path, opener, minFree, most, health);
    Database database = new Database(name, new Dialect.H2(), origin, catalog, health);
    try {
      DataFolder folder = origin.folder();
      prepare(database, origin.source(), folder.identity().store(), folder);
      BlobStore blobs = new LogBlobs(() -> origin.folder().log(), false);
      return new Engine(database, blobs, catalog, life, random, Argon2.Cost.DEFAULT);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw fault(database, e);
    } catch (Error e) {
      database.close();
      throw e;
    }
  }

  /** Opens a store in PostgreSQL; bodies lie where {@code where} says, opened by {@code opener}. */
  static Engine openPostgres(
      Storage.Postgres where,
      Function<Path, DataFolder> opener,
      Life life,
      SecureRandom random,
      long minFree) {
    DataSource source =
        where
            .source()
            .orElseGet(() -> PostgresOrigin.source(where.url(), where.user(), where.password()));
    String name =
        "the database " + (where.source().isPresent() ? "of the application" : where.url());
    StoreHealth health = life.of(name);
    Optional<HeldFolder> folder = where.bodies().map(path -> new HeldFolder(path, opener, health));
    Catalog catalog = catalog();
    Database database =
        new Database(
            name,
            new Dialect.Postgres(),
            new PostgresOrigin(source, folder, minFree),
            catalog,
            health);
    try {
      database.writer().connection().rollback();
      DataFolder opened = folder.map(HeldFolder::current).orElse(null);
      prepare(database, source, opened == null ? null : opened.identity().store(), opened);
      BlobStore blobs =
          folder.isPresent()
              ? new LogBlobs(() -> folder.get().current().log(), true)
              : new SqlBlobs(database);
      return new Engine(database, blobs, catalog, life, random, Argon2.Cost.DEFAULT);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw fault(database, e);
    } catch (Error e) {
      database.close();
      throw e;
    }
  }

  /**
   * Checks that the database is ours and not too new, brings it to what was committed, takes it
   * from whoever had it before, and brings it to the newest schema. It is opened once: closing H2
   * would write, and a start needs no room.
   */
  private static void prepare(
      Database database, DataSource source, @Nullable UUID store, @Nullable DataFolder folder)
      throws SQLException {
    try (Connection connection = source.getConnection()) {
      Schema schema = new Schema(database.dialect().name());
      OptionalInt found = schema.found(connection);
      String id = found.isPresent() ? state(connection, "store_id") : null;
      if (folder != null && (id != null || found.isEmpty())) {
        folder.checkDatabase(id == null ? null : UUID.fromString(id));
      }
      if (found.isPresent() && found.getAsInt() > Schema.NEWEST) {
        throw StorageFault.lasting(
            "The schema of "
                + database
                + " has number "
                + found.getAsInt()
                + ", this program knows up to "
                + Schema.NEWEST
                + ": it was used by a newer version. Run that one.",
            null);
      }
      database.catchUp();
      boolean migrates = found.isEmpty() || found.getAsInt() < Schema.NEWEST;
      if (found.isPresent()) {
        database.takePlace(); // nobody must write while the schema changes
      }
      if (migrates) {
        schema.migrate(source);
      }
      if (found.isEmpty()) {
        database.takePlace();
      }
      Statements statements = database.writer();
      if (id == null) {
        setState(statements, "store_id", (store == null ? UUID.randomUUID() : store).toString());
        // Saved below, together with the schema: the journal must not have the row without the
        // table.
        database.commit(statements, false);
      }
      if (migrates || id == null) {
        database.sync();
      }
    }
    if (folder != null) {
      folder.schemaCreated();
    }
  }

  private static StorageFault fault(Database database, Exception e) {
    if (e instanceof StorageFault fault) {
      return fault;
    }
    if (e instanceof StoreMismatch) {
      return StorageFault.lasting(e.getMessage() + ".", e);
    }
    String message = "Cannot open " + database + ": " + e.getMessage();
    return e instanceof LockRefused refused && !refused.mayPass()
        ? StorageFault.lasting(message, e)
        : StorageFault.passing(message, e);
  }

  private static @Nullable String state(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT v FROM store_state WHERE k = ?")) {
      select.setString(1, key);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  private static void setState(Statements statements, String key, String value)
      throws SQLException {
    for (String sql :
        new String[] {
          "UPDATE store_state SET v = ? WHERE k = ?", "INSERT INTO store_state (v, k) VALUES (?, ?)"
        }) {
      Prepared statement = statements.of(sql);
      statement.setString(1, value);
      statement.setString(2, key);
      if (statement.executeUpdate() > 0) {
        return;
      }
    }
  }

  /** What is read, and noted, when a store begins to run. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Start(byte[] secret, Map<String, Long> queued, long waiting) {

    static Start begin(Database database, SecureRandom random) throws SQLException {
      Statements statements = database.writer();
      Connection connection = statements.connection();
      String known = state(connection, "made_up_secret");
      byte[] secret = new byte[32];
      if (known == null) {
        random.nextBytes(secret);
        setState(statements, "made_up_secret", Base64.getEncoder().encodeToString(secret));
      } else {
        secret = Base64.getDecoder().decode(known);
      }
      SqlQueueStore.giveBackLeases(statements);
      Map<String, Long> queued = Destinations.load(statements);
      long waiting = Destinations.rows(statements);
      // Nothing of it was promised to anybody; it is in the journal before whatever is. So a start
      // needs no room on the disk.
      database.commit(statements, false);
      return new Start(secret, queued, waiting);
    }
  }

  /** The mailboxes. */
  public MailStore mail() {
    return mail;
  }

  /** Where mails become ours. */
  public MailCommit mailCommit() {
    return queue;
  }

  /** The queue. */
  public QueueStore queue() {
    return queue;
  }

  /** The accounts. */
  public Accounts accounts() {
    return accounts;
  }

  /** Clears away what was expunged longer than {@code grace} ago; returns how many messages. */
  public int purge(Duration grace) {
    int purged = purge.run(clock.millis() - grace.toMillis());
    committer.run(
        batch -> {
          database.tidy();
          return purged;
        });
    return purged;
  }

  @Override
  public void close() {
    committer.close();
    database.rest();
    blobs.close();
    database.close();
  }
}
