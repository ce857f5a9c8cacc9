package org.postroom.core.filter.check;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.Finding;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.StructureScanner;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Row;
import org.postroom.core.table.Tables;

/**
 * header_checks(5) for mail that goes out: what other hosts see of it, while the mail that we keep
 * stays as it is. Lines may change, come and go; where the mail goes was decided before. Costs, for
 * each attempt, one reading of the content for its structure, another of those parts that there are
 * tables for, and of an edited one a third; where nothing changes it is sent as it is. What is
 * edited is staged as content that arrives, until the attempt is over.
 */
public final class OutgoingChecks {
  private static final int CHUNK = 64 * 1024;

  private final ContentChecks checks;
  private final long mostLonger;
  private final MailLog log;

  private OutgoingChecks(ContentChecks checks, long mostLonger, MailLog log) {
    this.checks = checks;
    this.mostLonger = mostLonger;
    this.log = log;
  }

  /**
   * By the tables that parameters name; empty where they name none.
   *
   * @param headerLimit the most octets of a header that are looked at
   * @param mostLonger so many octets may come to a mail; 0 for any
   * @param log hears what was found
   * @throws BadConfiguration for a table that cannot be had, and for a rule that asks for what
   *     cannot be done any more
   */
  public static Optional<OutgoingChecks> of(
      Settings settings,
      CheckParams named,
      int headerLimit,
      long mostLonger,
      Tables tables,
      MailLog log) {
    ContentChecks checks =
        new ContentChecks(settings, named, headerLimit, tables, ContentChecks.STEPS);
    if (checks.isIdle()) {
      return Optional.empty();
    }
    for (Param<List<String>> param :
        List.of(named.header(), named.mime(), named.nested(), named.body())) {
      checks.tables().stream()
          .filter(asked -> asked.parameter().equals(param.name()))
          .flatMap(asked -> asked.tables().stream())
          .flatMap(table -> table.rules().stream())
          .filter(rule -> !CheckOutcome.isForOutgoing(rule.value()))
          .findFirst()
          .ifPresent(rule -> refuse(settings, param, rule));
    }
    return Optional.of(new OutgoingChecks(checks, mostLonger, log));
  }

  private static void refuse(Settings settings, Param<?> param, Row rule) {
    throw new BadConfiguration(
        settings.fault(
            param,
            rule.place()
                + ": \""
                + rule.value().strip()
                + "\" cannot be done to mail that goes out; PREPEND, REPLACE, IGNORE, STRIP, PASS,"
                + " WARN, INFO, DUNNO or OK are expected"));
  }

  /**
   * What goes out in place of {@code content}; empty where that goes out as it is.
   *
   * @param staging for what is edited, which the caller closes
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   * @throws StagedEdit.TooLong when more would come to it than may
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   */
  public Optional<StagedContent> edited(QueueId id, Content content, Staging staging) {
    long most = mostLonger == 0 ? 0 : content.size() + mostLonger;
    Finding finding =
        checks.examine(
            content,
            structure(content),
            () -> new StagedEdit(content, staging.open(content.size()), most),
            new CheckOutcome(true));
    finding.remarks().forEach(one -> log.checked(id, one.action(), one.about(), one.text()));
    return finding instanceof Finding.Passed passed
        ? passed.edited().map(StagedContent.class::cast) // what an edit of ours has finished
        : Optional.empty();
  }

  private static MessageStructure structure(Content content) {
    StructureScanner scanner = new StructureScanner();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK, content.size())));
    for (long at = 0; at < content.size(); at += chunk.position()) {
      chunk.clear();
      if (content.read(at, chunk) <= 0) {
        throw new IllegalStateException("content ends at " + at + " of " + content.size());
      }
      scanner.update(chunk.array(), 0, chunk.position());
    }
    return scanner.finish();
  }
}
