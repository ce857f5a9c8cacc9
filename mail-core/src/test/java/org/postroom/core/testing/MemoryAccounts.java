package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.secret.Secret;

/**
 * Accounts in memory, with their mailboxes in a {@link MemoryMailStore}. Passwords are kept as
 * SCRAM keys with few rounds, so that tests log in at once.
 */
public final class MemoryAccounts implements Accounts {
  private static final int ITERATIONS = 4096;

  /** By salt and password, for all tests of this JVM: deriving is slow on purpose. */
  private static final Map<String, ScramKeys> DERIVED = new ConcurrentHashMap<>();

  private final MemoryMailStore mailboxes;
  private final Map<AccountId, Entry> entries = new HashMap<>();
  private final Map<String, AccountId> byLogin = new HashMap<>();
  private final Map<String, AccountId> byAlias = new HashMap<>();
  // Who was asked for since the last change.
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final List<App> apps = new ArrayList<>();
  private final SecureRandom random = new SecureRandom();
  private int last;
  private long lastApp;

  public MemoryAccounts(MemoryMailStore mailboxes) {
    this.mailboxes = mailboxes;
  }

  @Override
  public String meant(String typed) {
    return Person.loginOf(typed);
  }

  @Override
  public Optional<Account> byLogin(String login) {
    synchronized (mailboxes.lock) {
      asked.add("login " + lower(login));
      return Optional.ofNullable(byLogin.get(lower(login))).map(id -> entries.get(id).account);
    }
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return asked.contains("login " + lower(login)) ? Optional.of(byLogin(login)) : Optional.empty();
  }

  @Override
  public boolean haveScramKeys() {
    return true;
  }

  @Override
  public Optional<String> sourceOf(Account account) {
    return byLogin(account.login()).map(one -> "memory");
  }

  @Override
  public Optional<Account> eldest() {
    synchronized (mailboxes.lock) {
      return entries.values().stream()
          .map(entry -> entry.account)
          .min(Comparator.comparing(account -> account.id().value()));
    }
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    synchronized (mailboxes.lock) {
      asked.add(text(address));
      return holderOf(text(address));
    }
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    return asked.contains(text(address)) ? Optional.of(byAddress(address)) : Optional.empty();
  }

  @Override
  public Authentication verify(String login, Secret password) {
    Optional<Entry> entry;
    synchronized (mailboxes.lock) {
      entry = Optional.ofNullable(byLogin.get(lower(login))).map(entries::get);
    }
    Optional<AppPassword> app = entry.flatMap(one -> app(one.account.id(), password));
    if (app.isPresent()) {
      return rightful(entry.get().account, app);
    }
    ScramKeys keys = entry.map(e -> e.keys).orElseGet(() -> madeUp(login));
    ScramKeys given = derived(password, keys.salt());
    boolean same = MessageDigest.isEqual(given.storedKey(), keys.storedKey());
    if (entry.isEmpty() || !same) {
      return new Authentication.Failure();
    }
    return rightful(entry.get().account, Optional.empty());
  }

  private static Authentication rightful(Account account, Optional<AppPassword> by) {
    return account.enabled()
        ? new Authentication.Success(account, by)
        : new Authentication.Disabled();
  }

  @Override
  public ScramKeys scramKeys(String login) {
    synchronized (mailboxes.lock) {
      AccountId id = byLogin.get(lower(login));
      return id == null ? madeUp(login) : entries.get(id).keys;
    }
  }

  @Override
  public List<Account> list() {
    synchronized (mailboxes.lock) {
      return entries.values().stream()
          .map(entry -> entry.account)
          .sorted(Comparator.comparing(Account::login))
          .toList();
    }
  }

  @Override
  public Account add(String login, Secret password) {
    ScramKeys keys = keysOf(lower(login), password);
    synchronized (mailboxes.lock) {
      if (byLogin.containsKey(lower(login)) || byAlias.containsKey(lower(login))) {
        throw new AccountExists(lower(login));
      }
      AccountId id = new AccountId(++last);
      Account account = new Account(id, lower(login), true, Quota.NONE);
      entries.put(id, new Entry(account, keys));
      byLogin.put(account.login(), id);
      asked.clear();
      mailboxes.addAccount(id);
      return account;
    }
  }

  @Override
  public void changePassword(AccountId account, Secret password) {
    synchronized (mailboxes.lock) {
      Entry entry = entry(account);
      asked.clear();
      entries.put(
          account, new Entry(entry.account, keysOf(entry.account.login() + last, password)));
    }
  }

  @Override
  public void setEnabled(AccountId account, boolean enabled) {
    synchronized (mailboxes.lock) {
      Account old = entry(account).account;
      replace(new Account(account, old.login(), enabled, old.quota()));
    }
  }

  @Override
  public long room(Account account) {
    return QuotaRules.NONE.room(mailboxes.use(account.id()), "INBOX");
  }

  @Override
  public Optional<Long> recallRoom(Account account) {
    return Optional.of(room(account));
  }

  @Override
  public QuotaUse use(Account account) {
    return mailboxes.use(account.id());
  }

  @Override
  public void setQuota(AccountId account, Quota quota) {
    synchronized (mailboxes.lock) {
      Account old = entry(account).account;
      replace(new Account(account, old.login(), old.enabled(), quota));
      mailboxes.setQuota(account, quota);
    }
  }

  @Override
  public QuotaUse recount(AccountId account) {
    synchronized (mailboxes.lock) {
      return use(entry(account).account);
    }
  }

  private Optional<AppPassword> app(AccountId account, Secret password) {
    Optional<byte[]> hash = AppPassword.hash(password);
    synchronized (mailboxes.lock) {
      return apps.stream()
          .filter(one -> hash.isPresent() && Arrays.equals(hash.get(), one.hash))
          .filter(one -> one.account.equals(account))
          .map(App::password)
          .findFirst();
    }
  }

  @Override
  public AppPassword.Made addAppPassword(
      AccountId account, String name, Set<AppPassword.Scope> scopes) {
    AppPassword.checkName(name);
    synchronized (mailboxes.lock) {
      AccountId owner = entry(account).account.id();
      List<AppPassword> others = appPasswords(owner);
      if (others.size() >= AppPassword.MOST
          || others.stream().anyMatch(one -> one.name().equals(name))) {
        throw new AppPasswordExists(name);
      }
      Secret secret = AppPassword.newSecret(random);
      AppPassword made = new AppPassword(++lastApp, name, scopes, Instant.EPOCH, Optional.empty());
      apps.add(new App(owner, made, AppPassword.hash(secret).orElseThrow()));
      return new AppPassword.Made(made, secret);
    }
  }

  @Override
  public List<AppPassword> appPasswords(AccountId account) {
    synchronized (mailboxes.lock) {
      return apps.stream()
          .filter(one -> one.account.equals(account))
          .map(App::password)
          .sorted(Comparator.comparing(AppPassword::name))
          .toList();
    }
  }

  @Override
  public boolean revokeAppPassword(AccountId account, String name) {
    synchronized (mailboxes.lock) {
      AccountId owner = entry(account).account.id();
      return apps.removeIf(one -> one.account.equals(owner) && one.password.name().equals(name));
    }
  }

  @Override
  public Set<Long> livingAppPasswords(Set<Long> ids) {
    synchronized (mailboxes.lock) {
      return apps.stream()
          .map(one -> one.password.id())
          .filter(ids::contains)
          .collect(Collectors.toSet());
    }
  }

  @Override
  public void addAlias(AccountId account, Address alias) {
    synchronized (mailboxes.lock) {
      entry(account);
      Optional<Account> holder = holderOf(text(alias));
      if (holder.isPresent() && !holder.get().id().equals(account)) {
        throw new AccountExists(text(alias));
      }
      asked.clear();
      byAlias.put(text(alias), account);
    }
  }

  @Override
  public List<Address> aliases(AccountId account) {
    synchronized (mailboxes.lock) {
      return byAlias.entrySet().stream()
          .filter(entry -> entry.getValue().equals(account))
          .map(Map.Entry::getKey)
          .sorted()
          .map(Address::parse)
          .toList();
    }
  }

  @Override
  public void removeAlias(Address alias) {
    synchronized (mailboxes.lock) {
      asked.clear();
      byAlias.remove(text(alias));
    }
  }

  @Override
  public void delete(AccountId account) {
    synchronized (mailboxes.lock) {
      asked.clear();
      entries.remove(account);
      byLogin.values().removeIf(account::equals);
      byAlias.values().removeIf(account::equals);
      apps.removeIf(one -> one.account.equals(account));
    }
    mailboxes.removeAccount(account);
  }

  private Entry entry(AccountId account) {
    Entry entry = entries.get(account);
    if (entry == null) {
      throw new AccountNotFound(String.valueOf(account.value()));
    }
    return entry;
  }

  private void replace(Account account) {
    asked.clear();
    entries.put(account.id(), new Entry(account, entry(account.id()).keys));
  }

  private Optional<Account> holderOf(String address) {
    AccountId id = byLogin.getOrDefault(address, byAlias.get(address));
    return Optional.ofNullable(id).map(found -> entries.get(found).account);
  }

  private static ScramKeys keysOf(String saltSeed, Secret password) {
    return derived(password, saltOf(saltSeed));
  }

  private static ScramKeys derived(Secret password, byte[] salt) {
    return DERIVED.computeIfAbsent(
        new String(salt, UTF_8) + " " + password.reveal(),
        key -> ScramKeys.derive(password, salt, ITERATIONS));
  }

  private static ScramKeys madeUp(String login) {
    byte[] salt = saltOf("nobody " + lower(login));
    return new ScramKeys(salt, ITERATIONS, new byte[32], new byte[32]);
  }

  private static byte[] saltOf(String seed) {
    return java.util.UUID.nameUUIDFromBytes(seed.getBytes(UTF_8)).toString().getBytes(UTF_8);
  }

  private static String text(Address address) {
    return lower(address.localPart() + "@" + address.domain().name());
  }

  private static String lower(String text) {
    return Person.loginOf(text);
  }

  private record Entry(Account account, ScramKeys keys) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record App(AccountId account, AppPassword password, byte[] hash) {}
}
