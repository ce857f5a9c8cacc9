package org.postroom.core.flow;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Fact;
import org.postroom.core.fact.Facts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.table.RecipientDelimiter;

/**
 * Mail for {@code ada+lists} goes into ada's mailbox {@code lists}, where she has one, and else
 * into her INBOX: whoever writes to her makes no mailboxes.
 */
final class DetailFolders {
  private static final String PARAM = FlowParams.SAVE_TO_DETAIL_MAILBOX.name();

  private final boolean wanted;
  private final RecipientDelimiter delimiter;

  private DetailFolders(boolean wanted, RecipientDelimiter delimiter) {
    this.wanted = wanted;
    this.delimiter = delimiter;
  }

  /** As settings have it. */
  static DetailFolders of(Settings settings, Policy policy) {
    return new DetailFolders(settings.get(FlowParams.SAVE_TO_DETAIL_MAILBOX), policy.delimiter());
  }

  /** Where {@code router} routes, but for such mail. */
  Router over(Router router, MailStore mailboxes) {
    return wanted ? new Sorting(router, mailboxes) : router;
  }

  private final class Sorting implements Router {
    private final Router router;
    private final MailStore mailboxes;

    Sorting(Router router, MailStore mailboxes) {
      this.router = router;
      this.mailboxes = mailboxes;
    }

    @Override
    public Route route(RouteQuery query, Facts facts, List<String> trace) {
      Route route = router.route(query, facts, trace);
      if (!(route instanceof Route.ToMailbox inbox)) {
        return route;
      }
      return named(query.recipient())
          .filter(name -> facts.know(new IsThere(mailboxes, inbox.account().id(), name)))
          .<Route>map(
              name -> {
                trace.add(query.recipient() + " -> mailbox " + name + " (" + PARAM + ")");
                return new Route.ToMailbox(inbox.account(), name);
              })
          .orElse(route);
    }

    private Optional<MailboxName> named(Address recipient) {
      int at = delimiter.indexIn(recipient.localPart());
      try {
        return at < 0
            ? Optional.empty()
            : Optional.of(MailboxName.of(recipient.localPart().substring(at + 1)))
                .filter(name -> !name.isInbox());
      } catch (BadMailboxName e) {
        return Optional.empty();
      }
    }

    @Override
    public boolean permits(Route.Onward decided) {
      return router.permits(decided);
    }

    @Override
    public Route aside(RouteQuery query, Route.ToAgent agent, Facts facts) {
      return router.aside(query, agent, facts);
    }

    @Override
    public boolean keeps(RouteQuery query, Facts facts) {
      return router.keeps(query, facts);
    }

    @Override
    public Optional<Account> holder(Address address, Facts facts) {
      return router.holder(address, facts);
    }

    @Override
    public boolean owns(Account account, Address sender, Facts facts) {
      return router.owns(account, sender, facts);
    }
  }

  private record IsThere(MailStore mailboxes, AccountId account, MailboxName name)
      implements Fact<Boolean> {
    @Override
    public Optional<Boolean> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Boolean> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(
          () -> mailboxes.find(account, name).isPresent(), mayBlock);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof IsThere that
          && mailboxes == that.mailboxes
          && account.equals(that.account)
          && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return account.hashCode() * 31 + name.hashCode();
    }

    @Override
    public String toString() {
      return "mailbox " + name + " of account " + account;
    }
  }
}
