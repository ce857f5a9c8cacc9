package org.postroom.testkit.fault;

import org.postroom.core.mailbox.DelegatingMailStore;
import org.postroom.core.mailbox.MailStore;

/** Mailboxes that fail when they are to: before they have begun what they were asked for. */
final class TroubledMailStore extends DelegatingMailStore {
  private final Rules rules;

  TroubledMailStore(MailStore store, Rules rules) {
    super(store);
    this.rules = rules;
  }

  @Override
  protected void before(Use use, String operation) {
    switch (use) {
      case APPEND -> rules.trouble(StoreWork.APPEND, operation);
      case READ -> rules.trouble(StoreWork.READ, operation);
      case CHANGE -> rules.trouble(StoreWork.CHANGE, operation);
      case LISTEN -> {} // who listens asks for no work
    }
  }
}
