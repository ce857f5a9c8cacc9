package org.postroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.SaslExchange;
import org.postroom.core.auth.SaslStep;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.config.Settings;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.people.Quota;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.KeptElsewhere;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.AccountSourceContract;
import org.postroom.core.testing.AccountsContract;
import org.postroom.core.testing.ScramClient;
import org.postroom.core.testing.Stores;
import org.postroom.core.time.VirtualTime;
import org.postroom.storage.store.SqlStorage;
import org.postroom.storage.store.SqlTables;

/** Accounts of people whom several sources know. */
final class SourcedAccountsTest {
  private static final Authentication FAILURE = new Authentication.Failure();

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2030-01-01T00:00:00Z"));
  private final SqlStorage storage = SqlStorage.open(Storage.inMemory(), time, new SecureRandom());
  private final Map<String, Person> crowd = new HashMap<>();
  private final AtomicInteger looks = new AtomicInteger();
  private boolean away;

  @AfterEach
  void close() {
    storage.close();
  }

  /** An application's own people; from memory or not. */
  private AccountSource crowd(boolean fromMemory) {
    return new AccountSource() {
      @Override
      public Optional<Person> find(String name) {
        if (away) {
          throw new LookupUnavailable("away");
        }
        return Optional.ofNullable(crowd.get(name));
      }

      @Override
      public Optional<Optional<Person>> recall(String name) {
        return fromMemory ? Optional.of(find(name)) : Optional.empty();
      }
    };
  }

  private static AccountSources sources(
      Map<String, AccountSource> program, Clock clock, String... settings) {
    Settings.Builder builder = Settings.builder(SourceParams.ALL);
    for (int i = 0; i < settings.length; i += 2) {
      builder.set(settings[i], settings[i + 1]);
    }
    return AccountSources.of(builder.build(), Path.of("/"), program, new SqlTables(), clock);
  }

  private Accounts accounts(String... settings) {
    return sources(Map.of("crowd", crowd(true)), time, settings)
        .over(storage.accounts(), storage.homes(), time, new SecureRandom());
  }

  private static StoredPassword stored(String password) {
    return StoredPassword.parse("{PLAIN}" + password, "CRYPT", new HashLimits(1024));
  }

  private void join(String name, String password) {
    crowd.put(name, Person.of(name, stored(password)));
  }

  private static Authentication verify(Accounts accounts, String login, String password) {
    return accounts.verify(login, Secret.of(password));
  }

  private static Optional<Authentication> recall(Accounts accounts, String login, String password) {
    return accounts.recall(login, Secret.of(password));
  }

  private static Address address(String text) {
    return Address.parse(text);
  }

  /** Whatever holds of the store's own accounts holds when they are one source of two. */
  @Nested
  class WithTheStoresOwn extends AccountsContract {
    @Override
    protected Stores open(Clock clock) {
      SqlStores stores = SqlStores.open(Storage.inMemory(), clock);
      AccountSource quiet =
          new AccountSource() {
            @Override
            public Optional<Person> find(String name) {
              return Optional.empty();
            }

            @Override
            public Optional<Optional<Person>> recall(String name) {
              return Optional.of(Optional.empty());
            }
          };
      Accounts accounts =
          sources(Map.of("quiet", quiet), clock)
              .over(stores.accounts(), stores.storage().homes(), clock, new SecureRandom());
      return new With(stores, accounts);
    }
  }

  private record With(SqlStores stores, Accounts accounts) implements Stores {
    @Override
    public MailStore mail() {
      return stores.mail();
    }

    @Override
    public QueueStore queue() {
      return stores.queue();
    }

    @Override
    public MailCommit mailCommit() {
      return stores.mailCommit();
    }

    @Override
    public void close() {
      stores.close();
    }
  }

  /** The store's own people are a source like any other. */
  @Nested
  class OwnPeople extends AccountSourceContract {
    @Override
    protected AccountSource source() {
      Accounts own = storage.accounts();
      if (own.byLogin("ada@example.org").isEmpty()) {
        Account unused = own.add("ada@example.org", Secret.of("secret"));
        own.setEnabled(own.add("eve@example.org", Secret.of("secret")).id(), false);
      }
      return storage.homes().people();
    }
  }

  @Test
  void withoutOthersTheStoresOwnAreAll() {
    Accounts own = storage.accounts();

    assertThat(sources(Map.of(), time).over(own, storage.homes(), time, new SecureRandom()))
        .isSameAs(own);
  }

  @Test
  void whoIsKnownElsewhereGetsAnAccountWhenHeIsAskedFor() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();
    assertThat(accounts.list()).isEmpty();
    assertThat(accounts.recall(address("ada@example.org"))).isEmpty();

    Account ada = accounts.byAddress(address("Ada@Example.org")).orElseThrow();

    assertThat(ada.login()).isEqualTo("ada@example.org");
    assertThat(storage.mail().find(ada.id(), MailboxName.INBOX)).isPresent();
    assertThat(accounts.byLogin("ADA@example.org")).contains(ada);
    assertThat(accounts.list()).containsExactly(ada);
    assertThat(accounts.recall(address("ada@example.org"))).contains(Optional.of(ada));
    assertThat(accounts.recallLogin("ada@example.org")).contains(Optional.of(ada));
    assertThat(accounts.sourceOf(ada)).contains("program:crowd");
    assertThat(accounts.byLogin("bob@example.org")).isEmpty();
    assertThat(accounts.list()).hasSize(1);
  }

  @Test
  void whoIsKnownElsewhereLogsIn() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();

    Authentication success = verify(accounts, "ada@example.org", "secret");

    assertThat(success)
        .isEqualTo(new Authentication.Success(accounts.byLogin("ada@example.org").orElseThrow()));
    assertThat(verify(accounts, "ada@example.org", "Secret")).isEqualTo(FAILURE);
    assertThat(verify(accounts, "bob@example.org", "secret")).isEqualTo(FAILURE);
    assertThat(verify(accounts, "", "secret")).isEqualTo(FAILURE);
  }

  /** Else every check for new mail would cost a hash. */
  @Test
  void aPasswordThatWasRightIsRecalledAsLongAsItIsTheSame() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();
    assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
    Authentication success = verify(accounts, "ada@example.org", "secret");

    assertThat(recall(accounts, "Ada@example.org", "secret")).contains(success);
    assertThat(recall(accounts, "ada@example.org", "Secret")).isEmpty();

    join("ada@example.org", "other");
    assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
    join("ada@example.org", "secret");
    assertThat(recall(accounts, "ada@example.org", "secret")).contains(success);
    time.advance(Duration.ofMinutes(11));
    assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
  }

  @Test
  void aProofOfTheApplicationIsAskedEachTime() {
    Proof counts =
        password -> {
          looks.incrementAndGet();
          return password.equals(Secret.of("secret"));
        };
    crowd.put("ada", Person.of("ada", counts));
    Accounts accounts = accounts();

    assertThat(verify(accounts, "ada", "secret")).isInstanceOf(Authentication.Success.class);
    assertThat(recall(accounts, "ada", "secret")).isEmpty();
    assertThat(verify(accounts, "ada", "secret")).isInstanceOf(Authentication.Success.class);
    assertThat(looks).hasValue(2);
  }

  /** Of whom nothing is known but whether a password is his, there is none before he logs in. */
  @Test
  void whoIsKnownByHisPasswordAloneGetsAnAccountWhenHeLogsIn() {
    Proof proof =
        new Proof() {
          @Override
          public boolean matches(Secret password) {
            return password.equals(Secret.of("secret"));
          }

          @Override
          public boolean isAllThatIsKnown() {
            return true;
          }
        };
    crowd.put("ada@example.org", Person.of("ada@example.org", proof));
    crowd.put("sales@example.org", Person.of("sales@example.org", proof));
    Accounts accounts = accounts();

    assertThat(accounts.byAddress(address("ada@example.org"))).isEmpty();
    assertThat(accounts.byLogin("ada@example.org")).isEmpty();
    assertThat(verify(accounts, "ada@example.org", "falsch")).isEqualTo(FAILURE);
    assertThat(accounts.list()).isEmpty();

    assertThat(verify(accounts, "ada@example.org", "secret"))
        .isInstanceOf(Authentication.Success.class);
    Account ada = accounts.byAddress(address("ada@example.org")).orElseThrow();
    accounts.addAlias(ada.id(), address("sales@example.org"));
    assertThat(accounts.byAddress(address("sales@example.org"))).contains(ada);
    assertThat(accounts.list()).containsExactly(ada);
  }

  @Test
  void whoIsLostByHisSourceKeepsHisMailAndIsUnknown() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();
    Account ada = accounts.byLogin("ada@example.org").orElseThrow();
    accounts.addAlias(ada.id(), address("sales@example.org"));
    assertThat(verify(accounts, "ada@example.org", "secret"))
        .isEqualTo(new Authentication.Success(ada));

    crowd.clear();

    assertThat(accounts.byAddress(address("ada@example.org"))).isEmpty();
    assertThat(accounts.byAddress(address("sales@example.org"))).isEmpty();
    assertThat(verify(accounts, "ada@example.org", "secret")).isEqualTo(FAILURE);
    assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
    assertThat(accounts.list()).containsExactly(ada);
    assertThat(accounts.sourceOf(ada)).isEmpty();
    assertThat(accounts.eldest()).isEmpty();
    assertThat(storage.accounts().byLogin("ada@example.org")).isEmpty();
    assertThat(storage.accounts().byAddress(address("sales@example.org"))).isEmpty();
    assertThat(storage.mail().find(ada.id(), MailboxName.INBOX)).isPresent();
    assertThatThrownBy(() -> accounts.add("ada@example.org", Secret.of("x")))
        .isInstanceOf(AccountExists.class);

    join("ada@example.org", "other");
    assertThat(accounts.byAddress(address("sales@example.org"))).contains(ada);
    assertThat(accounts.eldest()).contains(ada);
  }

  /** An administrator may take over whom nobody knows any more, with his mail. */
  @Test
  void aPasswordMakesWhoWasLostOneOfTheStoresOwn() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();
    Account ada = accounts.byLogin("ada@example.org").orElseThrow();
    crowd.clear();

    accounts.changePassword(ada.id(), Secret.of("mine"));

    assertThat(accounts.sourceOf(ada)).contains("sql");
    assertThat(verify(accounts, "ada@example.org", "mine"))
        .isEqualTo(new Authentication.Success(ada));
  }

  @Test
  void aSourceThatIsAwayIsAnErrorForNow() {
    join("ada@example.org", "secret");
    storage.accounts().add("bob@example.org", Secret.of("secret"));
    Accounts first = accounts("account_sources", "program:crowd, sql");
    Accounts last = accounts("account_sources", "sql, program:crowd");
    away = true;

    for (Accounts accounts : List.of(first, last)) {
      assertThatThrownBy(() -> accounts.byLogin("ada@example.org"))
          .isInstanceOf(StorageUnavailable.class)
          .hasMessageContaining("program:crowd");
      assertThatThrownBy(() -> verify(accounts, "ada@example.org", "secret"))
          .isInstanceOf(StorageUnavailable.class);
      assertThat(accounts.recall(address("ada@example.org"))).isEmpty();
      assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
    }
    assertThatThrownBy(() -> first.byLogin("bob@example.org"))
        .isInstanceOf(StorageUnavailable.class);
    assertThat(last.byLogin("bob@example.org")).isPresent();
  }

  @Test
  void whoIsFoundFirstCounts() {
    join("ada@example.org", "theirs");
    Account own = storage.accounts().add("ada@example.org", Secret.of("ours"));
    Accounts first = accounts("account_sources", "program:crowd sql");
    Accounts last = accounts("account_sources", "sql");

    assertThat(verify(first, "ada@example.org", "theirs"))
        .isEqualTo(new Authentication.Success(own));
    assertThat(verify(first, "ada@example.org", "ours")).isEqualTo(FAILURE);
    assertThat(first.sourceOf(own)).contains("program:crowd");
    assertThat(verify(last, "ada@example.org", "ours")).isEqualTo(new Authentication.Success(own));
    assertThat(verify(last, "ada@example.org", "theirs")).isEqualTo(FAILURE);
    assertThat(first.scramKeys("ada@example.org").salt())
        .as("keys of another password are of no use")
        .isNotEqualTo(storage.accounts().scramKeys("ada@example.org").salt());
    assertThat(last.scramKeys("ada@example.org").salt())
        .isEqualTo(storage.accounts().scramKeys("ada@example.org").salt());
  }

  @Test
  void whatIsKeptElsewhereIsNotChangedHere() {
    join("ada@example.org", "secret");
    Accounts accounts = accounts();
    Account ada = accounts.byLogin("ada@example.org").orElseThrow();

    assertThatThrownBy(() -> accounts.changePassword(ada.id(), Secret.of("x")))
        .isInstanceOf(KeptElsewhere.class)
        .hasMessage("the password of ada@example.org is kept by program:crowd");
    assertThatThrownBy(() -> accounts.add("ada@example.org", Secret.of("x")))
        .isInstanceOf(KeptElsewhere.class)
        .hasMessage("ada@example.org is known to program:crowd already");
    join("zoe@example.org", "secret");
    assertThatThrownBy(() -> accounts.addAlias(ada.id(), address("zoe@example.org")))
        .isInstanceOf(AccountExists.class);
    Accounts alone = accounts("account_sources", "program:crowd");
    assertThatThrownBy(() -> alone.add("bob@example.org", Secret.of("x")))
        .isInstanceOf(KeptElsewhere.class)
        .hasMessageContaining("does not name sql");
  }

  @Test
  void whatTheSourceSaysOfRoomAndLogInCounts() {
    crowd.put(
        "ada@example.org",
        Person.of("ada@example.org", stored("secret"))
            .withQuota(Quota.ofOctets(5_000_000))
            .withLogIn(false));
    Accounts accounts = accounts();

    Account ada = accounts.byLogin("ada@example.org").orElseThrow();

    assertThat(ada.quota().octets()).isEqualTo(5_000_000);
    assertThat(ada.enabled()).isFalse();
    assertThat(accounts.room(ada)).isEqualTo(5_000_000);
    assertThat(verify(accounts, "ada@example.org", "secret"))
        .isEqualTo(new Authentication.Disabled());
    crowd.put(
        "ada@example.org",
        Person.of("ada@example.org", stored("secret")).withQuota(Quota.ofOctets(7)));
    assertThat(accounts.recallLogin("ada@example.org")).as("is to be changed first").isEmpty();
    assertThat(accounts.byLogin("ada@example.org").orElseThrow().quota().octets()).isEqualTo(7);
    assertThat(accounts.room(ada)).isEqualTo(7);
  }

  /** Else it would be as the source says again as soon as somebody asks for him. */
  @Test
  void whatTheSourceSaysOfRoomIsNotTheStoresToChange() {
    crowd.put(
        "ada@example.org",
        Person.of("ada@example.org", stored("secret")).withQuota(Quota.ofOctets(7)));
    join("bob@example.org", "secret");
    Accounts accounts = accounts();
    Account ada = accounts.byLogin("ada@example.org").orElseThrow();
    Account bob = accounts.byLogin("bob@example.org").orElseThrow();

    assertThatThrownBy(() -> accounts.setQuota(ada.id(), Quota.ENDLESS))
        .isInstanceOf(KeptElsewhere.class)
        .hasMessage("what ada@example.org may hold is said by program:crowd");
    accounts.setQuota(bob.id(), Quota.ENDLESS);

    assertThat(accounts.byLogin("ada@example.org")).contains(ada);
    assertThat(accounts.byLogin("bob@example.org").orElseThrow().quota()).isEqualTo(Quota.ENDLESS);
  }

  @Test
  void oneMayBeCalledByAnotherName() {
    crowd.put("sales@example.org", Person.of("ada@example.org", stored("secret")));
    join("ada@example.org", "secret");
    Accounts accounts = accounts();

    Account ada = accounts.byAddress(address("sales@example.org")).orElseThrow();

    assertThat(ada.login()).isEqualTo("ada@example.org");
    assertThat(accounts.list()).containsExactly(ada);
    assertThat(verify(accounts, "sales@example.org", "secret"))
        .isEqualTo(new Authentication.Success(ada));
  }

  @Test
  void whoLogsInMayBeCalledOtherwiseThanHeIsWrittenTo() {
    join("ada", "secret");
    Accounts accounts = accounts("auth_username_format", "%Ln");

    assertThat(verify(accounts, "ada@example.org", "secret"))
        .isInstanceOf(Authentication.Success.class);
    assertThat(recall(accounts, "ada@example.net", "secret")).isPresent();
    assertThat(accounts.meant("Ada@example.org")).isEqualTo("ada");
    assertThat(accounts.byAddress(address("ada@example.org"))).isEmpty();
  }

  /** Else who is to be deleted is somebody else. */
  @Test
  void whatIsNoLogInTakesNamesAsTheyAre() {
    Account info = storage.accounts().add("info", Secret.of("secret"));
    Accounts accounts = accounts("auth_username_format", "%Ln");

    assertThat(accounts.byLogin("info@other.example")).isEmpty();
    assertThat(accounts.recallLogin("info@other.example")).contains(Optional.empty());
    assertThat(accounts.byLogin("info")).contains(info);
    assertThat(accounts.scramKeys("info@other.example").salt())
        .isEqualTo(accounts.scramKeys("info").salt());
  }

  @Test
  void scramTakesNamesAsTheyAreTyped() throws Exception {
    Account info = storage.accounts().add("info", Secret.of("secret"));
    Mechanisms mechanisms =
        Mechanisms.withoutTokens(accounts("auth_username_format", "%Ln"), new SecureRandom());
    SaslExchange exchange = mechanisms.start(mechanisms.named("SCRAM-SHA-256").orElseThrow());
    ScramClient client = new ScramClient("n,,", "info@other.example", "nonce", "secret");

    SaslStep first = exchange.begin(Optional.of(client.first().getBytes(UTF_8)));
    String said = new String(((SaslStep.Challenge) first).octets(), UTF_8);
    SaslStep attempt = exchange.step(client.last(said).getBytes(UTF_8));

    assertThat(((SaslStep.Attempt) attempt).judge()).isInstanceOf(SaslStep.Challenge.class);
    assertThat(exchange.step(new byte[0])).isEqualTo(new SaslStep.Success(info));
  }

  /** A client that took SCRAM would not try the password itself. */
  @Test
  void scramIsForTheStoresOwnAlone() {
    assertThat(storage.accounts().haveScramKeys()).isTrue();
    assertThat(accounts().haveScramKeys()).isFalse();
    join("ada@example.org", "secret");
    Accounts accounts = accounts();

    assertThat(accounts.scramKeys("ada@example.org").salt())
        .as("as of somebody who is unknown")
        .isEqualTo(accounts.scramKeys("ADA@example.org").salt())
        .hasSameSizeAs(accounts.scramKeys("nobody@example.org").salt());
  }

  @Test
  void whoIsNotAskedInMemoryIsAskedByWorkers() {
    join("ada@example.org", "secret");
    Accounts accounts =
        sources(Map.of("crowd", crowd(false)), time)
            .over(storage.accounts(), storage.homes(), time, new SecureRandom());
    assertThat(verify(accounts, "ada@example.org", "secret"))
        .isInstanceOf(Authentication.Success.class);

    assertThat(accounts.recallLogin("ada@example.org")).isEmpty();
    assertThat(accounts.recall(address("ada@example.org"))).isEmpty();
    assertThat(recall(accounts, "ada@example.org", "secret")).isEmpty();
  }

  @Test
  void namesThatNobodyHasAreNotAskedFor() {
    AccountSource strict =
        name -> {
          assertThat(name).isNotEmpty().doesNotContain("\0").hasSizeLessThan(1_001);
          return Optional.empty();
        };
    Accounts accounts =
        sources(Map.of("strict", strict), time)
            .over(storage.accounts(), storage.homes(), time, new SecureRandom());

    for (String name : List.of("", "a\0b", "x".repeat(5_000))) {
      assertThat(accounts.byLogin(name)).isEmpty();
      assertThat(verify(accounts, name, "secret")).isEqualTo(FAILURE);
      assertThat(accounts.recallLogin(name)).contains(Optional.empty());
    }
  }
}
