package org.postroom.smtp.subetha;

import java.util.Optional;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.secret.Secret;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.auth.LoginFailedException;

/** People of whom nothing is known but whether a password is theirs. */
record Passwords(Check check) {

  /** Looks at a password. */
  interface Check {

    /**
     * Whether it is right.
     *
     * @throws org.postroom.core.refusal.LookupUnavailable when that cannot be said now
     */
    void login(String user, String password, MessageContext context) throws LoginFailedException;
  }

  /** Everybody may be somebody; who he is shows when he logs in, and nobody is here before. */
  AccountSource source() {
    return name -> Optional.of(Person.of(name, new ByLogin(name)));
  }

  private final class ByLogin implements Proof {
    private final String name;

    ByLogin(String name) {
      this.name = name;
    }

    @Override
    public boolean matches(Secret password) {
      try {
        check.login(name, password.reveal(), SessionContext.unknown());
        return true;
      } catch (LoginFailedException e) {
        return false;
      }
    }

    @Override
    public boolean isAllThatIsKnown() {
      return true;
    }
  }
}
