package org.postroom.storage.sql;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.storage.Storage;
import org.postroom.storage.StorageFault;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.DataFolderOptions;
import org.postroom.storage.blob.StoreMismatch;
import org.postroom.storage.schema.Schema;

/**
 * Opens stores: checks that a place is ours and can be used, and brings it to what was committed
 * and to the newest schema, before anything runs on it.
 */
public final class StoreOpening {
  private StoreOpening() {}

  /**
   * Opens a store.
   *
   * @param minFree octets that stay free on a disk of ours
   * @param lifeline who hears when it has died
   * @param memory what is held for clients beside the store's own is charged to it
   * @param hashing what goes into the hashes of passwords
   * @param quotas what accounts may hold now
   * @throws StorageFault when it cannot be opened; nothing was changed
   */
  public static Engine open(
      Storage where,
      Clock clock,
      SecureRandom random,
      long minFree,
      Lifeline lifeline,
      MemoryBudget memory,
      Argon2.Effort hashing,
      Supplier<QuotaRules> quotas) {
    Life life = new Life(clock, lifeline, memory, StoreHealth.Reopenings.DEFAULT, hashing);
    if (where instanceof Storage.H2 h2) {
      return folder(
          h2.folder(),
          path -> DataFolder.open(path, DataFolderOptions.DEFAULT),
          life,
          random,
          minFree,
          FolderOrigin.Unsaved.DEFAULT,
          quotas);
    }
    if (where instanceof Storage.Postgres postgres) {
      return postgres(
          postgres,
          path -> DataFolder.open(path, DataFolderOptions.DEFAULT),
          life,
          random,
          minFree,
          quotas);
    }
    try (MemoryAhead ahead = new MemoryAhead()) {
      return ahead.open(life, random, quotas);
    }
  }

  static Catalog catalog(Supplier<QuotaRules> quotas) {
    return new Catalog(Math.max(4L << 20, Runtime.getRuntime().maxMemory() / 12), quotas);
  }

  /** Opens a store in a data folder that {@code opener} opens: on any disk. */
  static Engine folder(
      Path path,
      Function<Path, DataFolder> opener,
      Life life,
      SecureRandom random,
      long minFree,
      FolderOrigin.Unsaved most,
      Supplier<QuotaRules> quotas) {
    H2.require(H2.version());
    String name = "the data folder " + path;
    StoreHealth health = life.of(name);
    Catalog catalog = catalog(quotas);
    FolderOrigin origin = new FolderOrigin(path, opener, minFree, most, health);
    Database database = new Database(name, new Dialect.H2(), origin, catalog, health);
    try {
      DataFolder folder = origin.folder();
      prepare(database, origin.source(), folder.identity().store(), folder);
      BlobStore blobs = new LogBlobs(() -> origin.folder().log(), false);
      return new Engine(database, blobs, catalog, life, random);
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw fault(database, e);
    } catch (Error e) {
      database.close();
      throw e;
    }
  }

  private static DataSource source(Storage.Postgres where) {
    if (where.source().isPresent()) {
      DataSource of = where.source().get();
      return where.schema().<DataSource>map(name -> new SchemaSource(of, name)).orElse(of);
    }
    try {
      return PostgresOrigin.source(where.url(), where.user(), where.password(), where.schema());
    } catch (NoClassDefFoundError e) {
      throw StorageFault.lasting(
          "PostgreSQL's driver is not among the classes, and "
              + where.url()
              + " needs it:"
              + " add org.postgresql:postgresql to the application.",
          e);
    }
  }

  /** Opens a store in PostgreSQL; bodies lie where {@code where} says, opened by {@code opener}. */
  static Engine postgres(
      Storage.Postgres where,
      Function<Path, DataFolder> opener,
      Life life,
      SecureRandom random,
      long minFree,
      Supplier<QuotaRules> quotas) {
    DataSource source = source(where);
    String name =
        "the database " + (where.source().isPresent() ? "of the application" : where.url());
    StoreHealth health = life.of(name);
    Optional<HeldFolder> folder = where.bodies().map(path -> new HeldFolder(path, opener, health));
    Catalog catalog = catalog(quotas);
    Database database =
        new Database(
            name,
            new Dialect.Postgres(),
            new PostgresOrigin(source, folder, minFree),
            catalog,
            health);
    try {
      database.writer().connection().rollback();
      if (where.schema().isPresent()) {
        new OwnSchema(where.schema().get()).prepare(source);
      }
      DataFolder opened = folder.map(HeldFolder::current).orElse(null);
      prepare(database, source, opened == null ? null : opened.identity().store(), opened);
      BlobStore blobs =
          folder.isPresent()
              ? new LogBlobs(() -> folder.get().current().log(), true)
              : new SqlBlobs(database);
      return new Engine(database, blobs, catalog, life, random);
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
      String id = found.isPresent() ? StoreState.get(connection, "store_id") : null;
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
        StoreState.put(
            statements, "store_id", (store == null ? UUID.randomUUID() : store).toString());
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
}
