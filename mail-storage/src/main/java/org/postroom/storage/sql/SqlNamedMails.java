package org.postroom.storage.sql;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.mail.QueueId;
import org.postroom.core.memo.Memo;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;

/** The names are memos, kept in the unit of work in which their mails become ours. */
final class SqlNamedMails implements NamedMails {
  private static final String HANDED_IN = "mail-name";

  private final SqlMemoStore memos;
  private final SqlMailCommit commit;
  private final String kind;

  /** Those of mails that are handed in. */
  SqlNamedMails(SqlMemoStore memos, SqlMailCommit commit) {
    this(memos, commit, HANDED_IN);
  }

  private SqlNamedMails(SqlMemoStore memos, SqlMailCommit commit, String kind) {
    this.memos = memos;
    this.commit = commit;
    this.kind = kind;
  }

  @Override
  public boolean isTaken(String name) {
    return memos.find(kind, name).isPresent();
  }

  @Override
  public MailCommit taking(String name, Instant until) {
    Memo memo = new Memo(name, "", until);
    return new MailCommit() {
      @Override
      public List<Acceptance> commit(List<Acceptance> acceptances) {
        return commit.commit(acceptances, batch -> SqlMemoStore.add(batch, kind, memo));
      }

      @Override
      public QueueId newId() {
        return commit.newId();
      }
    };
  }

  @Override
  public void note(String name, Instant until) {
    memos.keep(kind, new Memo(name, "", until));
  }

  @Override
  public Map<String, Instant> page(String after, int most) {
    Map<String, Instant> names = new LinkedHashMap<>();
    memos.page(kind, after, most).forEach(memo -> names.put(memo.name(), memo.until()));
    return names;
  }

  @Override
  public NamedMails ofKind(String other) {
    return new SqlNamedMails(memos, commit, other);
  }

  @Override
  public void forget(String name) {
    memos.forget(kind, name);
  }

  @Override
  public int forgetExpired(Instant now) {
    return memos.forgetExpired(kind, now);
  }
}
