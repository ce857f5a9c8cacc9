package org.postroom.storage.sql;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What stands in memory for rows of accounts and of the queue, and who waits for what becomes due.
 *
 * @param listeners woken when it is read anew: what was not known before may be due
 */
record Standing(
    KnownAccounts accounts, Destinations destinations, LeasedRows leased, List<Runnable> listeners)
    implements Committer.Renewal {
  Standing(KnownAccounts accounts, Destinations destinations, List<Runnable> listeners) {
    this(accounts, destinations, new LeasedRows(), listeners);
  }

  @Override
  public void forget() {
    accounts.forget();
    leased.forget();
  }

  @Override
  public void read(Statements statements) throws SQLException {
    destinations.begin(Destinations.load(statements), Destinations.rows(statements));
  }

  @Override
  public void announce() {
    listeners.forEach(Runnable::run);
  }

  /** What is read, and noted, when a store begins to run. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Start(byte[] secret, Map<String, Long> queued, long waiting) {}

  static Start begin(Database database, SecureRandom random) throws SQLException {
    Statements statements = database.writer();
    Connection connection = statements.connection();
    String known = StoreState.get(connection, "made_up_secret");
    byte[] secret = new byte[32];
    if (known == null) {
      random.nextBytes(secret);
      StoreState.put(statements, "made_up_secret", Base64.getEncoder().encodeToString(secret));
    } else {
      secret = Base64.getDecoder().decode(known);
    }
    LeaseEnd.all(statements);
    Map<String, Long> queued = Destinations.load(statements);
    long waiting = Destinations.rows(statements);
    // Nothing of it was promised to anybody; it is in the journal before whatever is. So a start
    // needs no room on the disk.
    database.commit(statements, false);
    return new Start(secret, queued, waiting);
  }
}
