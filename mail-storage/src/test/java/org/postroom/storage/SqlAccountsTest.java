package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Authentication;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.AccountsContract;
import org.postroom.core.testing.Stores;

/** The SQL store keeps the contract of accounts wherever it is. */
@Tag("seconds")
class SqlAccountsTest {

  /** Else it could wait for one, on an event loop. */
  @Test
  void remembersWithoutTheDatabase() {
    Stores stores = SqlStores.open(Storage.inMemory(), Clock.systemUTC());
    Address known = Address.parse("known@example.org");
    Address unknown = Address.parse("unknown+x@example.org");
    assertThat(stores.accounts().byAddress(known)).isEmpty();

    stores.close();

    assertThatThrownBy(() -> stores.accounts().byAddress(unknown))
        .isInstanceOf(StorageUnavailable.class);
    assertThat(stores.accounts().recall(unknown)).isEmpty();
    assertThat(stores.accounts().recall(known)).isPresent();
    assertThat(stores.accounts().byAddress(known)).isEmpty();
  }

  /** Else every check for new mail would cost a hash. */
  @Test
  void recallsAPasswordThatWasRightWithoutTheDatabase() {
    Stores stores = SqlStores.open(Storage.inMemory(), Clock.systemUTC());
    Account ada = stores.accounts().add("ada@example.org", Secret.of("secret"));
    stores.accounts().verify("Ada@example.org", Secret.of("secret"));

    stores.close();

    assertThat(stores.accounts().recall("ada@Example.org", Secret.of("secret")))
        .contains(new Authentication.Success(ada));
    assertThat(stores.accounts().recall("ada@example.org", Secret.of("Secret"))).isEmpty();
    assertThat(stores.accounts().recall("bob@example.org", Secret.of("secret"))).isEmpty();
  }

  @Nested
  class InAFolder extends AccountsContract {
    @TempDir static Path folder;

    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.h2(folder.resolve("data")), clock);
    }
  }

  @Nested
  class InMemory extends AccountsContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.inMemory(), clock);
    }
  }

  @Nested
  @Tag("process")
  class OnPostgres extends AccountsContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(PostgresServer.freshDatabase(), clock);
    }
  }
}
