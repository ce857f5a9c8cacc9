package org.postroom.storage.sql;

import java.time.Instant;
import java.util.List;
import org.postroom.core.mail.QueueId;
import org.postroom.core.memo.Memo;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;

/** The names are memos, kept in the unit of work in which their mails become ours. */
final class SqlNamedMails implements NamedMails {
  private static final String KIND = "mail-name";

  private final SqlMemoStore memos;
  private final SqlMailCommit commit;

  SqlNamedMails(SqlMemoStore memos, SqlMailCommit commit) {
    this.memos = memos;
    this.commit = commit;
  }

  @Override
  public boolean isTaken(String name) {
    return memos.find(KIND, name).isPresent();
  }

  @Override
  public MailCommit taking(String name, Instant until) {
    Memo memo = new Memo(name, "", until);
    return new MailCommit() {
      @Override
      public List<Acceptance> commit(List<Acceptance> acceptances) {
        return commit.commit(acceptances, batch -> SqlMemoStore.add(batch, KIND, memo));
      }

      @Override
      public QueueId newId() {
        return commit.newId();
      }
    };
  }

  @Override
  public void forget(String name) {
    memos.forget(KIND, name);
  }

  @Override
  public int forgetExpired(Instant now) {
    return memos.forgetExpired(KIND, now);
  }
}
