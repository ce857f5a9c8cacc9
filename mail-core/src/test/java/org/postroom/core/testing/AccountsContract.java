package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.secret.Secret;

/** What all {@link Accounts} that keep their own do. */
public abstract class AccountsContract extends StoreContract {
  private static final Authentication FAILURE = new Authentication.Failure();

  private Accounts accounts;
  private int names;

  @BeforeEach
  void takeAccounts() {
    accounts = stores().accounts();
  }

  private Address newAddress() {
    return address("Alias" + ++names + "@example.org");
  }

  @Test
  void newAccountsAreInLowerCaseEnabledAndWithoutLimit() {
    Account made = accounts.add("MiXed@Example.ORG", Secret.of("secret"));

    assertThat(made.login()).isEqualTo("mixed@example.org");
    assertThat(made.enabled()).isTrue();
    assertThat(made.quota()).isEqualTo(Quota.NONE);
    assertThat(accounts.byLogin("mixed@example.org")).contains(made);
    assertThat(accounts.byLogin("MIXED@example.org")).contains(made);
    assertThat(accounts.byLogin("mixed")).isEmpty();
    assertThat(accounts.byLogin("")).isEmpty();
    assertThat(stores().mail().find(made.id(), MailboxName.INBOX)).isPresent();
    assertThat(made.id()).isNotEqualTo(ada.id());
  }

  @Test
  void aLoginIsOneInAllSpellingsOfItsDomain() {
    Account made = accounts.add("Jo@BÜCHER.example", Secret.of("secret"));
    accounts.addAlias(ada.id(), address("ada@straße.example"));

    assertThat(made.login()).isEqualTo("jo@xn--bcher-kva.example");
    for (String spelling : List.of("jo@bücher.example", "JO@XN--BCHER-KVA.EXAMPLE")) {
      assertThat(accounts.byLogin(spelling)).contains(made);
      assertThat(accounts.byAddress(address(spelling))).contains(made);
      assertThat(accounts.verify(spelling, Secret.of("secret")))
          .isEqualTo(new Authentication.Success(made));
      assertThatThrownBy(() -> accounts.add(spelling, Secret.of("x")))
          .isInstanceOf(AccountExists.class);
    }
    assertThat(accounts.byAddress(address("ada@xn--strae-oqa.example"))).contains(ada);
    assertThat(accounts.byAddress(address("ada@strasse.example"))).isEmpty();
  }

  @Test
  void anAddressOfAnyLengthMayBeAskedFor() {
    String user = ada.login().substring(0, ada.login().indexOf('@'));
    String tag = "t".repeat(3_000);
    Account longer = accounts.add("l".repeat(500) + "@example.org", Secret.of("x"));

    assertThat(accounts.byAddress(address(user + "+" + tag + "@example.org"))).isEmpty();
    assertThat(accounts.byAddress(address(tag + "@example.org"))).isEmpty();
    assertThat(accounts.byAddress(address(longer.login()))).contains(longer);
  }

  @Test
  void listsAllByLogin() {
    accounts.add("zoe@example.org", Secret.of("x"));
    accounts.add("abe@example.org", Secret.of("x"));

    assertThat(accounts.list()).extracting(Account::login).isSorted();
    assertThat(accounts.list()).contains(ada);
  }

  @Test
  void refusesALoginThatIsTaken() {
    Address alias = newAddress();
    accounts.addAlias(ada.id(), alias);

    assertThatThrownBy(() -> accounts.add(ada.login().toUpperCase(Locale.ROOT), Secret.of("x")))
        .isInstanceOf(AccountExists.class);
    assertThatThrownBy(() -> accounts.add(alias.toString(), Secret.of("x")))
        .isInstanceOf(AccountExists.class);

    assertThat(accounts.verify(ada.login(), Secret.of("secret")))
        .isEqualTo(new Authentication.Success(ada));
  }

  @Test
  void oneOfManyGetsALogin() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        work.add(
            () -> {
              try {
                accounts.add("wanted@example.org", Secret.of("x"));
                return true;
              } catch (AccountExists e) {
                return false;
              }
            });
      }
      int made = 0;
      for (Future<Boolean> done : threads.invokeAll(work)) {
        made += done.get() ? 1 : 0;
      }
      assertThat(made).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void findsAccountsByAddress() {
    Address alias = newAddress();
    assertThat(accounts.byAddress(alias)).isEmpty();
    accounts.addAlias(ada.id(), alias);
    accounts.addAlias(ada.id(), alias);

    String user = ada.login().substring(0, ada.login().indexOf('@'));
    assertThat(accounts.byAddress(address(ada.login()))).contains(ada);
    assertThat(accounts.byAddress(address(ada.login().toUpperCase(Locale.ROOT)))).contains(ada);
    assertThat(accounts.byAddress(alias)).contains(ada);
    assertThat(accounts.byAddress(address(alias.toString().toUpperCase(Locale.ROOT))))
        .contains(ada);
    assertThat(accounts.byAddress(address(user + "+list@example.org"))).isEmpty();
    assertThat(accounts.byAddress(address(user + "@example.com"))).isEmpty();
    assertThat(accounts.byAddress(address(user + "x@example.org"))).isEmpty();
    assertThat(accounts.byAddress(address("+" + user + "@example.org"))).isEmpty();
    assertThat(accounts.byLogin(alias.toString())).isEmpty();
  }

  @Test
  void listsTheAddressesOfAnAccount() {
    Address second = newAddress();
    Address first = newAddress();
    accounts.addAlias(ada.id(), second);
    accounts.addAlias(ada.id(), first);
    accounts.addAlias(newAccount("grace").id(), newAddress());

    assertThat(accounts.aliases(ada.id()).stream().map(it -> lower(it.toString())))
        .containsExactlyInAnyOrder(lower(first.toString()), lower(second.toString()))
        .isSorted();
    accounts.removeAlias(first);
    assertThat(accounts.aliases(ada.id())).hasSize(1);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  @Test
  void anAddressBelongsToOneAccount() {
    Account grace = newAccount("grace");
    Address alias = newAddress();
    accounts.addAlias(ada.id(), alias);

    assertThatThrownBy(() -> accounts.addAlias(grace.id(), alias))
        .isInstanceOf(AccountExists.class);
    assertThatThrownBy(() -> accounts.addAlias(grace.id(), address(ada.login())))
        .isInstanceOf(AccountExists.class);
    accounts.addAlias(ada.id(), address(ada.login()));
    accounts.removeAlias(address(ada.login()));

    assertThat(accounts.byAddress(alias)).contains(ada);
    assertThat(accounts.byAddress(address(ada.login()))).contains(ada);
    accounts.removeAlias(alias);
    accounts.removeAlias(alias);
    assertThat(accounts.byAddress(alias)).isEmpty();
    accounts.addAlias(grace.id(), alias);
    assertThat(accounts.byAddress(alias)).contains(grace);
  }

  @Test
  void knowsWhoWasMadeFirst() {
    Account eldest = accounts.eldest().orElseThrow();
    newAccount("grace");
    assertThat(accounts.eldest()).contains(eldest);

    accounts.list().forEach(account -> accounts.delete(account.id()));
    assertThat(accounts.eldest()).isEmpty();
  }

  @Test
  void remembersWhoWasAskedForUntilAnythingChanges() {
    Address alias = newAddress();
    String user = ada.login().substring(0, ada.login().indexOf('@'));
    Map<Address, Boolean> isHere = new LinkedHashMap<>();
    isHere.put(address(ada.login()), true);
    isHere.put(alias, true);
    isHere.put(address(user + "+list@example.org"), false);
    isHere.put(address("nobody@example.org"), false);

    isHere.forEach(
        (address, here) -> {
          accounts.addAlias(ada.id(), alias); // whatever changes, everything is forgotten
          assertThat(accounts.recall(address)).as("before: %s", address).isEmpty();
          assertThat(accounts.byAddress(address).isPresent()).as("%s", address).isEqualTo(here);
          assertThat(accounts.recall(address))
              .as("after: %s", address)
              .contains(accounts.byAddress(address));
        });
    assertThat(accounts.recall(address("somebody@example.org"))).isEmpty();

    accounts.addAlias(ada.id(), alias);
    assertThat(accounts.recallLogin("nobody")).isEmpty();
    assertThat(accounts.byLogin("nobody")).isEmpty();
    assertThat(accounts.recallLogin("nobody")).contains(Optional.empty());
    assertThat(accounts.byLogin(ada.login())).contains(ada);
    assertThat(accounts.recallLogin(ada.login())).contains(Optional.of(ada));
  }

  @Test
  void remembersNobodyAcrossAChange() {
    Address hers = address(ada.login());
    Address alias = newAddress();
    List<Runnable> changes =
        List.of(
            () -> newAccount("grace"),
            () -> accounts.changePassword(ada.id(), Secret.of("other")),
            () -> accounts.setEnabled(ada.id(), false),
            () -> accounts.setQuota(ada.id(), 5),
            () -> accounts.addAlias(ada.id(), alias),
            () -> accounts.removeAlias(alias),
            () -> accounts.delete(ada.id()));

    for (int i = 0; i < changes.size(); i++) {
      assertThat(accounts.byAddress(hers)).isPresent();
      assertThat(accounts.byAddress(alias).isPresent()).isEqualTo(i == 5);
      assertThat(accounts.recall(hers).isPresent() && accounts.recall(alias).isPresent()).isTrue();

      changes.get(i).run();

      assertThat(accounts.recall(hers)).as("after change %s", i).isEmpty();
      assertThat(accounts.recall(alias)).as("after change %s", i).isEmpty();
    }
    assertThat(accounts.byAddress(hers)).isEmpty();
  }

  @Test
  void checksPasswords() {
    Authentication success = new Authentication.Success(ada);

    for (int i = 0; i < 2; i++) {
      assertThat(verify(ada.login(), "secret")).isEqualTo(success);
      assertThat(verify(ada.login().toUpperCase(Locale.ROOT), "secret")).isEqualTo(success);
      assertThat(verify(ada.login(), "Secret")).isEqualTo(FAILURE);
      assertThat(verify(ada.login(), "")).isEqualTo(FAILURE);
      assertThat(verify("nobody@example.org", "secret")).isEqualTo(FAILURE);
      assertThat(verify("", "secret")).isEqualTo(FAILURE);
      time.advance(Duration.ofHours(1));
    }
  }

  /** An implementation may remember nothing. */
  @Test
  void recallsNothingButWhatWasRightAShortTimeAgo() {
    Optional<Authentication> success = Optional.of(new Authentication.Success(ada));
    assertThat(recall(ada.login(), "secret")).isEmpty();

    assertThat(verify(ada.login(), "secret")).isEqualTo(success.get());
    verify(ada.login(), "Secret");
    verify("nobody@example.org", "secret");

    assertThat(recall(ada.login().toUpperCase(Locale.ROOT), "secret"))
        .isIn(Optional.empty(), success);
    assertThat(recall(ada.login(), "Secret")).isEmpty();
    assertThat(recall("nobody@example.org", "secret")).isEmpty();
    accounts.setEnabled(ada.id(), false);
    assertThat(recall(ada.login(), "secret"))
        .isIn(Optional.empty(), Optional.of(new Authentication.Disabled()));
    accounts.setEnabled(ada.id(), true);
    verify(ada.login(), "secret");
    time.advance(Duration.ofHours(1));
    assertThat(recall(ada.login(), "secret")).isEmpty();
    verify(ada.login(), "secret");
    accounts.changePassword(ada.id(), Secret.of("other"));
    assertThat(recall(ada.login(), "secret")).isEmpty();
  }

  private Optional<Authentication> recall(String login, String password) {
    return accounts.recall(login, Secret.of(password));
  }

  private Authentication verify(String login, String password) {
    return accounts.verify(login, Secret.of(password));
  }

  @Test
  void takesPasswordsOfAnyOctets() {
    byte[] octets = {0, (byte) 0xff, (byte) 0xfe, 'x'};
    accounts.changePassword(ada.id(), Secret.of(octets.clone()));

    assertThat(accounts.verify(ada.login(), Secret.of(octets.clone())))
        .isEqualTo(new Authentication.Success(ada));
    octets[3] = 'y';
    assertThat(accounts.verify(ada.login(), Secret.of(octets))).isEqualTo(FAILURE);
  }

  @Test
  void believesNoPasswordThatWasChanged() {
    ScramKeys before = accounts.scramKeys(ada.login());
    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Success(ada));

    accounts.changePassword(ada.id(), Secret.of("other"));

    ScramKeys after = accounts.scramKeys(ada.login());
    assertThat(verify(ada.login(), "secret")).isEqualTo(FAILURE);
    assertThat(verify(ada.login(), "other")).isEqualTo(new Authentication.Success(ada));
    assertThat(after.storedKey()).isNotEqualTo(before.storedKey());
    assertThat(after.salt()).isNotEqualTo(before.salt());
  }

  @Test
  void disabledAccountsCannotLogInButHaveTheirMail() {
    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Success(ada));

    accounts.setEnabled(ada.id(), false);

    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Disabled());
    assertThat(verify(ada.login(), "wrong")).isEqualTo(FAILURE);
    assertThat(accounts.byLogin(ada.login()).orElseThrow().enabled()).isFalse();
    assertThat(accounts.byAddress(address(ada.login()))).isPresent();
    stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, ""));
    assertThat(stores().mail().mailbox(inbox()).messages()).isEqualTo(1);
    accounts.setEnabled(ada.id(), true);
    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Success(ada));
  }

  @Test
  void letsInByAPasswordThatWasMadeForOneClient() {
    Set<AppPassword.Scope> mail = Set.of(AppPassword.Scope.IMAP, AppPassword.Scope.SMTP);
    AppPassword.Made phone = accounts.addAppPassword(ada.id(), "phone", mail);
    AppPassword.Made tablet =
        accounts.addAppPassword(ada.id(), "tablet", Set.of(AppPassword.Scope.POP3));
    Account grace = newAccount("grace");
    String secret = phone.secret().reveal();

    assertThat(accounts.appPasswords(ada.id()).stream().map(AppPassword::name))
        .containsExactly("phone", "tablet");
    assertThat(shown(ada.login(), secret)).contains("phone");
    assertThat(shown(ada.login(), secret.replace("-", " ").toUpperCase(Locale.ROOT)))
        .contains("phone");
    assertThat(shown(ada.login(), tablet.secret().reveal())).contains("tablet");
    assertThat(shown(grace.login(), secret)).isEmpty();
    assertThat(verify(grace.login(), secret)).isEqualTo(FAILURE);
    assertThat(verify("nobody@example.org", secret)).isEqualTo(FAILURE);
    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Success(ada));
    assertThat(accounts.appPasswords(ada.id()).get(0).scopes()).isEqualTo(mail);
    assertThatThrownBy(() -> accounts.addAppPassword(ada.id(), "phone", mail))
        .isInstanceOf(AppPasswordExists.class);
    assertThatThrownBy(() -> accounts.addAppPassword(ada.id(), "a\nb", mail))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void revokingOneLeavesTheOthers() {
    Set<AppPassword.Scope> imap = Set.of(AppPassword.Scope.IMAP);
    AppPassword.Made phone = accounts.addAppPassword(ada.id(), "phone", imap);
    AppPassword.Made tablet = accounts.addAppPassword(ada.id(), "tablet", imap);
    Set<Long> both = Set.of(phone.password().id(), tablet.password().id());
    verify(ada.login(), phone.secret().reveal());
    assertThat(accounts.livingAppPasswords(both)).isEqualTo(both);
    Set<Long> many =
        LongStream.rangeClosed(1, 1200).boxed().collect(Collectors.toCollection(HashSet::new));
    many.addAll(both);
    assertThat(accounts.livingAppPasswords(many)).containsAll(both).hasSizeLessThan(1000);
    assertThat(accounts.livingAppPasswords(Set.of())).isEmpty();

    assertThat(accounts.revokeAppPassword(ada.id(), "phone")).isTrue();

    assertThat(accounts.revokeAppPassword(ada.id(), "phone")).isFalse();
    assertThat(accounts.recall(ada.login(), phone.secret())).isEmpty();
    assertThat(verify(ada.login(), phone.secret().reveal())).isEqualTo(FAILURE);
    assertThat(shown(ada.login(), tablet.secret().reveal())).contains("tablet");
    assertThat(accounts.livingAppPasswords(both)).containsExactly(tablet.password().id());
    accounts.delete(ada.id());
    assertThat(accounts.livingAppPasswords(both)).isEmpty();
  }

  /** By which app password somebody comes in. */
  private Optional<String> shown(String login, String password) {
    return verify(login, password) instanceof Authentication.Success success
        ? success.by().map(AppPassword::name)
        : Optional.empty();
  }

  @Test
  void saysHowMuchRoomThereIs() {
    assertThat(accounts.room(ada)).isEqualTo(Long.MAX_VALUE);
    stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, ""));
    long size = text("x").size();

    accounts.setQuota(ada.id(), 100 + size);
    assertThat(accounts.room(ada)).isEqualTo(100);
    accounts.setQuota(ada.id(), 1);
    assertThat(accounts.room(ada)).isZero();
  }

  @Test
  void saysWhatIsUsedOfWhatMayBe() {
    accounts.setQuota(ada.id(), new Quota(Quota.UNSAID, 2));
    stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, ""));
    QuotaUse one = new QuotaUse(new Quota(Quota.UNLIMITED, 2), text("x").size(), 1);

    assertThat(accounts.use(ada)).isEqualTo(one);
    assertThat(accounts.room(ada)).isEqualTo(Long.MAX_VALUE);
    assertThat(accounts.recount(ada.id())).isEqualTo(one);
    stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, ""));
    assertThat(accounts.room(ada)).isZero();
    assertThat(accounts.recallRoom(ada).orElse(0L)).isZero();
  }

  @Test
  void remembersTheQuota() {
    accounts.setQuota(ada.id(), 5_000_000_000L);

    Quota quota = Quota.ofOctets(5_000_000_000L);
    assertThat(accounts.byLogin(ada.login()).orElseThrow().quota()).isEqualTo(quota);
    assertThat(accounts.list()).contains(new Account(ada.id(), ada.login(), true, quota));
    for (Quota other : List.of(new Quota(7, 9), Quota.ENDLESS, Quota.NONE)) {
      accounts.setQuota(ada.id(), other);
      assertThat(accounts.byLogin(ada.login()).orElseThrow().quota()).isEqualTo(other);
    }
  }

  @Test
  void scramKeysAreThoseOfThePassword() {
    ScramKeys keys = accounts.scramKeys(ada.login().toUpperCase(Locale.ROOT));

    ScramKeys derived = ScramKeys.derive(Secret.of("secret"), keys.salt(), keys.iterations());
    assertThat(keys.iterations()).isGreaterThanOrEqualTo(4096);
    assertThat(keys.storedKey()).isEqualTo(derived.storedKey());
    assertThat(keys.serverKey()).isEqualTo(derived.serverKey());
  }

  @Test
  void scramKeysOfTheUnknownDoNotGiveThemAway() {
    ScramKeys known = accounts.scramKeys(ada.login());
    ScramKeys one = accounts.scramKeys("nobody@example.org");
    ScramKeys same = accounts.scramKeys("Nobody@Example.org");
    ScramKeys other = accounts.scramKeys("somebody@example.org");

    assertThat(same.salt()).isEqualTo(one.salt());
    assertThat(same.storedKey()).isEqualTo(one.storedKey());
    assertThat(other.salt()).isNotEqualTo(one.salt());
    assertThat(one.salt()).hasSameSizeAs(known.salt());
    assertThat(one.iterations()).isEqualTo(known.iterations());
    assertThat(one.storedKey()).hasSameSizeAs(known.storedKey());
    ScramKeys empty = ScramKeys.derive(Secret.of(""), one.salt(), one.iterations());
    assertThat(one.storedKey()).isNotEqualTo(empty.storedKey());
  }

  @Test
  void deletesAnAccountWithItsMailAndNames() {
    Address alias = newAddress();
    accounts.addAlias(ada.id(), alias);
    MailboxId inbox = inbox();
    fill(inbox, 2);
    stores().mail().copy(inbox, stores().mail().snapshot(inbox).uids(), inbox(newAccount("grace")));
    assertThat(verify(ada.login(), "secret")).isEqualTo(new Authentication.Success(ada));

    accounts.delete(ada.id());
    accounts.delete(ada.id());

    assertThat(accounts.byLogin(ada.login())).isEmpty();
    assertThat(accounts.byAddress(alias)).isEmpty();
    assertThat(accounts.byAddress(address(ada.login()))).isEmpty();
    assertThat(verify(ada.login(), "secret")).isEqualTo(FAILURE);
    assertThat(accounts.list()).doesNotContain(ada);
    assertThat(stores().mail().list(ada.id())).isEmpty();
    assertThat(stores().mail().subscriptions(ada.id())).isEmpty();
    assertThatThrownBy(() -> stores().mail().mailbox(inbox)).isInstanceOf(MailboxNotFound.class);
    Account again = accounts.add(ada.login(), Secret.of("new"));
    assertThat(again.id()).isNotEqualTo(ada.id());
    assertThat(stores().mail().list(again.id())).extracting(Mailbox::messages).containsOnly(0);
    assertThat(verify(ada.login(), "secret")).isEqualTo(FAILURE);
    accounts.addAlias(again.id(), alias);
  }

  @Test
  void saysThatAnAccountIsNotThere() {
    AccountId nobody = new AccountId(2_000_000_000);

    assertThatThrownBy(() -> accounts.changePassword(nobody, Secret.of("x")))
        .isInstanceOf(AccountNotFound.class);
    assertThatThrownBy(() -> accounts.setEnabled(nobody, false))
        .isInstanceOf(AccountNotFound.class);
    assertThatThrownBy(() -> accounts.setQuota(nobody, 1)).isInstanceOf(AccountNotFound.class);
    assertThatThrownBy(() -> accounts.addAlias(nobody, newAddress()))
        .isInstanceOf(AccountNotFound.class);
    accounts.delete(nobody);
  }

  @Test
  void namesMayHoldAnyText() {
    String strange = new String("o'neil%_\\\"\u00e4\u4e2d\0@example.org".getBytes(UTF_8), UTF_8);

    assertThat(accounts.byLogin(strange)).isEmpty();
    assertThat(verify(strange, "secret")).isEqualTo(FAILURE);
    assertThat(accounts.scramKeys(strange).salt()).isNotEmpty();
    Account made = accounts.add("o'neil%_\\\u00c4\u4e2d@example.org", Secret.of("x"));
    assertThat(accounts.byLogin("O'NEIL%_\\\u00e4\u4e2d@example.org")).contains(made);
  }
}
