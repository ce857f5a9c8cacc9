package org.postroom.smtp.subetha;

import java.util.Optional;
import org.postroom.core.auth.AccountSource;
import org.postroom.core.auth.Person;
import org.postroom.core.secret.Secret;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.auth.LoginFailedException;

/** People of whom nothing is known but whether a password is theirs. */
record Passwords(Check check) {

  /** Looks at a password. */
  interface Check {
    void login(String user, String password, MessageContext context) throws LoginFailedException;
  }

  /** Everybody may be somebody; who he is shows when he logs in. */
  AccountSource source() {
    return name -> Optional.of(Person.of(name, password -> isHis(name, password)));
  }

  private boolean isHis(String name, Secret password) {
    try {
      check.login(name, password.reveal(), SessionContext.unknown());
      return true;
    } catch (LoginFailedException e) {
      return false;
    }
  }
}
