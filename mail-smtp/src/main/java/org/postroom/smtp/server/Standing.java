package org.postroom.smtp.server;

import java.util.Optional;
import org.postroom.core.auth.Account;
import org.postroom.core.policy.Occasion;
import org.postroom.core.policy.PolicyContext;

/** What is known of a client by what it has said so far, as policy wants to know it. */
interface Standing {

  /** Where it comes from and who it is. */
  PolicyContext.Client policyClient();

  /** Its name and address, as log lines have them. */
  String name();

  /** What else is known of the moment. */
  Occasion occasion();

  /** What it calls itself. */
  Optional<String> helo();

  /** Whose account it has logged in to. */
  Optional<Account> account();

  /** The mail it has begun. */
  Optional<Transaction> transaction();
}
