package org.postroom.core.auth.source;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.Homes;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.auth.ScramProof;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.KeptElsewhere;
import org.postroom.core.secret.Secret;

/**
 * The accounts of people whom several sources know: each of them has one in the store, which is
 * made when somebody first asks for him, or when he first logs in, where his proof is all that is
 * known of him. Who is known to none has no account here, even if there is mail of his.
 *
 * <p>A wrong password takes as long for a name that nobody has as for one that somebody has: every
 * failure costs a look at one of the store's passwords, where it is a source, and one at a password
 * that is stored elsewhere.
 */
final class SourcedAccounts implements Accounts {
  private final People people;
  private final Accounts own;
  private final Homes homes;
  private final NameFormat format;
  private final RecentPasswords recent;

  /** One that was looked at last, for who looks in vain. */
  private volatile @Nullable StoredPassword example;

  SourcedAccounts(
      People people, Accounts own, Homes homes, NameFormat format, RecentPasswords recent) {
    this.people = people;
    this.own = own;
    this.homes = homes;
    this.format = format;
    this.recent = recent;
  }

  // --- who is here

  @Override
  public String meant(String typed) {
    return Person.loginOf(format.of(typed));
  }

  @Override
  public Optional<Account> byLogin(String login) {
    return people.find(login).flatMap(known -> people.resident(known.person()));
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return accounts(people.recall(login));
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    return people
        .find(name(address))
        .flatMap(known -> people.resident(known.person()))
        .or(
            () ->
                homes
                    .byAlias(address)
                    .flatMap(home -> people.find(home.login()))
                    .flatMap(known -> people.resident(known.person())));
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    Optional<Optional<People.Known>> named = people.recall(name(address));
    boolean nobody = named.isPresent() && named.get().isEmpty();
    if (!nobody) {
      return accounts(named);
    }
    Optional<Optional<Account>> home = homes.recallAlias(address);
    if (home.isEmpty() || home.get().isEmpty()) {
      return home;
    }
    return accounts(people.recall(home.get().get().login()));
  }

  /** As the text of an address without quotes is a name. */
  private static String name(Address address) {
    return address.localPart() + "@" + address.domain().name();
  }

  private Optional<Optional<Account>> accounts(Optional<Optional<People.Known>> recalled) {
    if (recalled.isEmpty()) {
      return Optional.empty();
    }
    if (recalled.get().isEmpty()) {
      return Optional.of(Optional.empty());
    }
    Optional<Account> account = people.recallAccount(recalled.get().get().person());
    return account.isPresent() ? Optional.of(account) : Optional.empty();
  }

  @Override
  public Optional<String> sourceOf(Account account) {
    return people.find(account.login()).map(known -> known.source().name());
  }

  @Override
  public Optional<Account> eldest() {
    return own.list().stream()
        .sorted(Comparator.comparing(account -> account.id().value()))
        .flatMap(account -> people.find(account.login()).stream())
        .findFirst()
        .map(known -> people.account(known.person()));
  }

  @Override
  public List<Account> list() {
    return own.list();
  }

  // --- passwords

  @Override
  public Authentication verify(String login, Secret password) {
    Optional<People.Known> known = people.find(meant(login));
    Optional<Account> home = known.flatMap(one -> homes.existingHome(one.person().login()));
    Optional<AppPassword> app = homes.appPassword(home.map(Account::id), password);
    if (known.isPresent() && app.isPresent()) {
      return rightful(people.account(known.get().person()), app);
    }
    if (known.isPresent() && matches(known.get(), password)) {
      return rightful(people.account(known.get().person()), Optional.empty());
    }
    lookInVain(known, password);
    return new Authentication.Failure();
  }

  private boolean matches(People.Known known, Secret password) {
    Person person = known.person();
    if (recent.recall(person, password)) {
      return true;
    }
    if (!person.proof().matches(password)) {
      return false;
    }
    recent.matched(person, password);
    return true;
  }

  /** Takes the time for what has not been looked at. */
  private void lookInVain(Optional<People.Known> known, Secret password) {
    boolean ofStore = known.isPresent() && known.get().source().isOwn();
    StoredPassword other = example;
    if (known.isPresent() && known.get().person().proof() instanceof StoredPassword stored) {
      example = stored;
    } else if (other != null) {
      boolean unused = other.matches(password);
    }
    if (!ofStore && (people.hasOwn() || other == null)) {
      homes.lookInVain(password);
    }
  }

  @Override
  public Optional<Authentication> recall(String login, Secret password) {
    Optional<Person> person =
        people.recall(meant(login)).flatMap(known -> known).map(People.Known::person);
    Optional<Account> account = person.flatMap(people::recallAccount);
    Optional<AppPassword> app = account.flatMap(one -> homes.recallAppPassword(one.id(), password));
    return person
        .filter(
            one -> app.isPresent() || one.proof().recalls(password) || recent.recall(one, password))
        .flatMap(one -> account)
        .map(one -> rightful(one, app));
  }

  private static Authentication rightful(Account account, Optional<AppPassword> by) {
    return account.enabled()
        ? new Authentication.Success(account, by)
        : new Authentication.Disabled();
  }

  @Override
  public ScramKeys scramKeys(String login) {
    String name = meant(login);
    return people
        .find(name)
        .flatMap(known -> ScramProof.keysOf(known.person().proof()))
        .orElseGet(() -> homes.madeUpKeys(name));
  }

  @Override
  public boolean haveScramKeys() {
    return people.areAllOwn();
  }

  // --- changes

  @Override
  public Account add(String login, Secret password) {
    Optional<People.Known> known = people.find(login);
    if (known.isPresent() && !known.get().source().isOwn()) {
      throw new KeptElsewhere(login + " is known to " + known.get().source().name() + " already");
    }
    requireOwn();
    return own.add(login, password);
  }

  private void requireOwn() {
    if (!people.hasOwn()) {
      throw new KeptElsewhere(
          "account_sources does not name sql, so the server's own accounts are nobody's");
    }
  }

  @Override
  public void changePassword(AccountId account, Secret password) {
    Account changed = existing(account);
    Optional<People.Known> known = people.find(changed.login());
    if (known.isPresent() && !known.get().source().isOwn()) {
      throw new KeptElsewhere(
          "the password of " + changed.login() + " is kept by " + known.get().source().name());
    }
    requireOwn();
    own.changePassword(account, password);
  }

  private Account existing(AccountId account) {
    return own.list().stream()
        .filter(one -> one.id().equals(account))
        .findFirst()
        .orElseThrow(() -> new AccountNotFound(String.valueOf(account.value())));
  }

  @Override
  public void setEnabled(AccountId account, boolean enabled) {
    own.setEnabled(account, enabled);
  }

  @Override
  public long room(Account account) {
    return own.room(account);
  }

  @Override
  public Optional<Long> recallRoom(Account account) {
    return own.recallRoom(account);
  }

  @Override
  public QuotaUse use(Account account) {
    return own.use(account);
  }

  @Override
  public void setQuota(AccountId account, Quota quota) {
    Account changed = existing(account);
    people
        .find(changed.login())
        .filter(known -> known.person().quota().isPresent())
        .ifPresent(
            known -> {
              throw new KeptElsewhere(
                  "what " + changed.login() + " may hold is said by " + known.source().name());
            });
    own.setQuota(account, quota);
  }

  @Override
  public QuotaUse recount(AccountId account) {
    return own.recount(account);
  }

  @Override
  public AppPassword.Made addAppPassword(
      AccountId account, String name, Set<AppPassword.Scope> scopes) {
    return own.addAppPassword(account, name, scopes);
  }

  @Override
  public List<AppPassword> appPasswords(AccountId account) {
    return own.appPasswords(account);
  }

  @Override
  public boolean revokeAppPassword(AccountId account, String name) {
    return own.revokeAppPassword(account, name);
  }

  @Override
  public Set<Long> livingAppPasswords(Set<Long> ids) {
    return own.livingAppPasswords(ids);
  }

  @Override
  public void addAlias(AccountId account, Address alias) {
    Optional<Account> other =
        people.find(name(alias)).flatMap(known -> people.resident(known.person()));
    if (other.isPresent() && !other.get().id().equals(account)) {
      throw new AccountExists(name(alias));
    }
    own.addAlias(account, alias);
  }

  @Override
  public List<Address> aliases(AccountId account) {
    return own.aliases(account);
  }

  @Override
  public void removeAlias(Address alias) {
    own.removeAlias(alias);
  }

  @Override
  public void delete(AccountId account) {
    own.delete(account);
  }
}
