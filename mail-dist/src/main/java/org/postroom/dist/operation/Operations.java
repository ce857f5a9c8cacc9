package org.postroom.dist.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All operations. */
public final class Operations {
  public static final List<Operation<?, ?>> ALL =
      List.of(
          UserOperations.ADD,
          UserOperations.CHANGE_PASSWORD,
          UserOperations.LIST,
          UserOperations.DELETE,
          UserOperations.SHOW,
          UserOperations.TRY,
          AppPasswordOperations.ADD,
          AppPasswordOperations.LIST,
          AppPasswordOperations.REVOKE,
          AliasOperations.ADD,
          AliasOperations.LIST,
          AliasOperations.DELETE,
          QuotaOperations.GET,
          QuotaOperations.SET,
          QuotaOperations.RECOUNT,
          QueueOperations.LIST,
          QueueOperations.SHOW,
          QueueOperations.READ,
          QueueChanges.HOLD,
          QueueChanges.RELEASE,
          QueueChanges.PARK,
          QueueChanges.UNPARK,
          QueueChanges.RUN,
          QueueChanges.RUN_SITE,
          QueueChanges.EXPIRE,
          QueueChanges.REQUEUE,
          QueueChanges.DELETE,
          QueueMoves.EXPORT,
          QueueMoves.DELETE_EXPORTED,
          QueueMoves.IMPORT,
          MailboxOperations.LIST,
          MailboxOperations.ADOPT,
          MailboxOperations.SUBSCRIBE,
          MailboxOperations.UNSUBSCRIBE,
          MailboxOperations.CREATE,
          MailboxOperations.DELETE,
          MailboxOperations.RENAME,
          MailboxOperations.STATUS,
          MessageOperations.LIST,
          MessageOperations.RESTORE,
          MessageOperations.MARK,
          MessageOperations.READ,
          MessageOperations.DIGEST,
          SearchOperations.SEARCH,
          SearchOperations.FLAG,
          SearchOperations.EXPUNGE,
          SearchOperations.COPY,
          FetchOperations.LIST,
          FetchOperations.RUN,
          LogOperation.TEST,
          SubmitOperation.SUBMIT,
          WatchOperations.OPEN,
          WatchOperations.SEE,
          VerifyOperation.VERIFY,
          ReloadOperation.RELOAD,
          ExplainOperation.EXPLAIN,
          ExplainOperation.HOSTS,
          ExplainOperation.RECORD,
          FaultOperations.ADD,
          FaultOperations.LIST,
          FaultOperations.CLEAR,
          SessionOperations.LIST,
          SessionOperations.END,
          StatusOperation.STATUS);

  /**
   * What every user of this machine may ask for: each says itself whom it refuses. Whoever hands in
   * a mail may see it tried: a watch is its owner's alone.
   */
  private static final Set<Operation<?, ?>> EVERYBODYS =
      Set.of(
          SubmitOperation.SUBMIT,
          WatchOperations.OPEN,
          WatchOperations.SEE,
          QueueOperations.LIST,
          QueueChanges.RUN,
          QueueChanges.RUN_SITE);

  private Operations() {}

  /** Whether it is for every user of this machine to ask for. */
  public static boolean isEverybodys(Operation<?, ?> operation) {
    return EVERYBODYS.contains(operation);
  }

  /** The one of that name. */
  public static Optional<Operation<?, ?>> named(String name) {
    return ALL.stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
