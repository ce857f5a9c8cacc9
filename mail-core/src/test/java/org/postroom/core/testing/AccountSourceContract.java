package org.postroom.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.secret.Secret;

/** What every source of accounts does. */
public abstract class AccountSourceContract {

  /**
   * A source that knows {@code ada}, with the password "secret", and {@code eve}, with the same,
   * who may not log in; and nobody else.
   */
  protected abstract AccountSource source();

  /** What a user is called there: with a domain or without. */
  protected String called(String user) {
    return user + "@example.org";
  }

  private Person find(String user) {
    return source().find(called(user)).orElseThrow();
  }

  private static boolean matches(Person person, String password) {
    return person.proof().matches(Secret.of(password));
  }

  @Test
  void knowsWhoIsThere() {
    Person ada = find("ada");

    assertThat(ada.login()).isEqualTo(called("ada"));
    assertThat(ada.mayLogIn()).isTrue();
    assertThat(find("eve").mayLogIn()).isFalse();
  }

  @Test
  void knowsNobodyElse() {
    assertThat(source().find(called("nobody"))).isEmpty();
    assertThat(source().find("ada@example.net")).isEmpty();
    assertThat(source().find("")).isEmpty();
    assertThat(source().find("@")).isEmpty();
    assertThat(source().find(called("ad"))).isEmpty();
    assertThat(source().find(called("ada' OR '1'='1"))).isEmpty();
    assertThat(source().find(called("a%"))).isEmpty();
    assertThat(source().find(called("x".repeat(900)))).isEmpty();
    assertThat(source().find(called("🦉"))).isEmpty();
  }

  @Test
  void whatShowsThatItIsShe() {
    assertThat(matches(find("ada"), "secret")).isTrue();
    assertThat(matches(find("ada"), "Secret")).isFalse();
    assertThat(matches(find("ada"), "")).isFalse();
    assertThat(matches(find("ada"), "secret ")).isFalse();
    assertThat(find("ada").proof().matches(Secret.of(new byte[] {(byte) 0xff, 0}))).isFalse();
    assertThat(matches(find("eve"), "secret")).isTrue();
  }

  /** Event loops ask so: from memory, or not at all. */
  @Test
  void recallsWhatItWouldSay() {
    for (String user : new String[] {"ada", "eve", "nobody"}) {
      Optional<Optional<Person>> recalled = source().recall(called(user));

      if (recalled.isPresent()) {
        assertThat(recalled.get().map(Person::login))
            .isEqualTo(source().find(called(user)).map(Person::login));
      }
    }
  }

  @Test
  void tellsNoPassword() {
    assertThat(find("ada").toString()).doesNotContain("secret").doesNotContain("$y$");
  }
}
