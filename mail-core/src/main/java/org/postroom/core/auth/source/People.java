package org.postroom.core.auth.source;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Homes;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * Who is known to several sources, which are asked in their order. One that cannot answer ends the
 * search: who would be found behind it may be somebody else.
 */
final class People {
  /** As the store has names; no source knows a longer one. */
  private static final int LONGEST_NAME = 1_000;

  private final List<Source> sources;
  private final Homes homes;

  /** A source, and what {@code account_sources} calls it. */
  record Source(String name, AccountSource people) {

    /** Whether they are the store's own. */
    boolean isOwn() {
      return name.equals(AccountSources.OWN);
    }
  }

  /** Somebody, and who knows him. */
  record Known(Person person, Source source) {}

  People(List<Source> sources, Homes homes) {
    this.sources = List.copyOf(sources);
    this.homes = homes;
  }

  /** Whether the store's own are among them. */
  boolean hasOwn() {
    return sources.stream().anyMatch(Source::isOwn);
  }

  /** Whether there are no others. */
  boolean areAllOwn() {
    return sources.stream().allMatch(Source::isOwn);
  }

  /**
   * Who is called so.
   *
   * @throws StorageUnavailable when that cannot be said now
   */
  Optional<Known> find(String typed) {
    String name = Person.loginOf(typed);
    if (isNobody(name)) {
      return Optional.empty();
    }
    for (Source source : sources) {
      Optional<Person> person = ask(source, name);
      if (person.isPresent()) {
        return person.map(one -> new Known(one, source));
      }
    }
    return Optional.empty();
  }

  private static Optional<Person> ask(Source source, String name) {
    try {
      return source.people().find(name);
    } catch (LookupUnavailable e) {
      throw new StorageUnavailable(source.name() + " cannot be asked", e);
    }
  }

  /** What {@link #find} would say, from memory; nothing where somebody would have to be asked. */
  Optional<Optional<Known>> recall(String typed) {
    String name = Person.loginOf(typed);
    if (isNobody(name)) {
      return Optional.of(Optional.empty());
    }
    try {
      for (Source source : sources) {
        Optional<Optional<Person>> said = source.people().recall(name);
        if (said.isEmpty()) {
          return Optional.empty();
        }
        Optional<Person> person = said.get();
        if (person.isPresent()) {
          return Optional.of(Optional.of(new Known(person.get(), source)));
        }
      }
      return Optional.of(Optional.empty());
    } catch (LookupUnavailable e) {
      return Optional.empty();
    }
  }

  private static boolean isNobody(String name) {
    return name.isEmpty() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0;
  }

  /**
   * The account of somebody who is known, which is made when it is not there; empty for who is
   * nobody before he has logged in.
   */
  Optional<Account> resident(Person person) {
    return person.proof().isAllThatIsKnown()
        ? homes.existingHome(person.login()).map(home -> account(home, person))
        : Optional.of(account(person));
  }

  /** The account of somebody who is there, which is made when it is not. */
  Account account(Person person) {
    return account(homes.home(person.login()), person);
  }

  private Account account(Account there, Person person) {
    Account home = there;
    Optional<Quota> quota = person.quota();
    if (quota.isPresent() && !quota.get().equals(home.quota())) {
      home = homes.withQuota(home, quota.get());
    }
    return as(home, person);
  }

  /** The same from memory; empty where something would have to be made, or changed. */
  Optional<Account> recallAccount(Person person) {
    return homes
        .recallHome(person.login())
        .filter(home -> person.quota().orElse(home.quota()).equals(home.quota()))
        .map(home -> as(home, person));
  }

  private static Account as(Account home, Person person) {
    return new Account(home.id(), home.login(), home.enabled() && person.mayLogIn(), home.quota());
  }
}
