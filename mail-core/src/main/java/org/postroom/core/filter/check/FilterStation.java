package org.postroom.core.filter.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.arrival.Submission;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.Finding;
import org.postroom.core.filter.Finding.Remark;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;

/**
 * The station behind expansion, where filters look into a mail and nothing of it is durable yet.
 * Asks them one after the other, until one refuses the mail or throws it away.
 */
public final class FilterStation {
  private static final Verdict.Reject FAILED =
      Verdict.Reject.of(451, ".3.0", "Error: the mail cannot be looked into now");

  private static final int CHUNK = 16 * 1024;

  private final List<Named> filters;
  private final Staging staging;
  private final long mostLonger;
  private final MailLog log;

  /** A filter, and what it is called in the log. */
  public record Named(String name, Filter filter) {}

  /**
   * The station of one configuration.
   *
   * @param filters in the order in which they are asked
   * @param staging where edited content lies
   * @param mostLonger so many octets all edits of a mail may add; 0 for any number
   * @param log for what they remark
   */
  public FilterStation(List<Named> filters, Staging staging, long mostLonger, MailLog log) {
    this.filters = List.copyOf(filters);
    this.staging = staging;
    this.mostLonger = mostLonger;
    this.log = log;
  }

  /**
   * What came of the filters. Closing forgets edited content.
   *
   * @param mail with the content that it has now
   * @param consequences what is to be done with it
   * @param refusal why it is not taken; empty when it is
   * @param rule which filter refused
   */
  public record Examination(
      Submission mail,
      List<Consequence> consequences,
      Optional<Verdict.Reject> refusal,
      String rule,
      Optional<StagedContent> edited)
      implements AutoCloseable {

    @Override
    public void close() {
      edited.ifPresent(StagedContent::close);
    }
  }

  /**
   * Has {@code mail} looked into.
   *
   * @param targets the addresses that its recipients come to
   * @param decided what is to be done with it, whatever filters say
   * @param wanted which filters are asked, by their names
   * @throws StorageFull and {@link StorageUnavailable} where there is no room for edited content
   */
  public Examination examine(
      Submission mail, List<Address> targets, List<Consequence> decided, Predicate<String> wanted) {
    Course course = new Course(mail, targets, decided);
    boolean over = false;
    try {
      for (Named named : filters) {
        if (wanted.test(named.name()) && !course.ask(named)) {
          break;
        }
      }
      course.prepend();
      over = true;
      return course.examination();
    } finally {
      if (!over) {
        course.close();
      }
    }
  }

  /** One mail's way through the filters. */
  private final class Course {
    private final List<Address> targets;
    private final List<Consequence> consequences;
    private final long most;
    private Submission mail;
    private Optional<StagedContent> edited = Optional.empty();
    private Optional<Verdict.Reject> refusal = Optional.empty();
    private String rule = "";

    Course(Submission mail, List<Address> targets, List<Consequence> decided) {
      this.mail = mail;
      this.most = mostLonger == 0 ? 0 : mail.content().size() + mostLonger;
      this.targets = targets;
      this.consequences = new ArrayList<>(decided);
    }

    /** Asks one; false where no further one is to be asked. */
    boolean ask(Named named) {
      Finding finding = found(named);
      if (finding instanceof Finding.Passed ours) {
        ours.edited().map(StagedContent.class::cast).ifPresent(this::becomes);
      }
      finding.remarks().forEach(this::log);
      if (finding instanceof Finding.Refused refused) {
        refusal = Optional.of(refused.reply());
        rule = named.name();
        return false;
      }
      Finding.Passed passed = (Finding.Passed) finding;
      consequences.addAll(passed.consequences());
      return passed.consequences().stream().noneMatch(Consequence.Discard.class::isInstance);
    }

    /**
     * Filters are anybody's code: whatever they throw, the mail is refused for now. Edited content
     * is staged.
     */
    private Finding found(Named named) {
      try {
        Finding finding = named.filter().examine(new ExaminedMail(mail, targets, staging, most));
        return finding instanceof Finding.Passed passed && passed.edited().isPresent()
            ? new Finding.Passed(
                passed.consequences(), Optional.of(staged(passed.edited().get())), passed.remarks())
            : finding;
      } catch (StorageFull | StorageUnavailable e) {
        throw e;
      } catch (StagedEdit.TooLong e) {
        // The sender's mail is not too long: what we would put into it is.
        log.fault(mail.id().toString(), "filter " + named.name(), e);
        return new Finding.Refused(FAILED, List.of());
      } catch (RuntimeException e) {
        log.fault(mail.id().toString(), "filter " + named.name(), e);
        return new Finding.Refused(FAILED, List.of());
      }
    }

    /** Whatever content a filter has made. */
    private StagedContent staged(Content other) {
      if (other instanceof StagedContent ours) {
        return ours;
      }
      if (most > 0 && other.size() > most) {
        throw new StagedEdit.TooLong();
      }
      try (ContentSink sink = staging.open(other.size())) {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(CHUNK, other.size())));
        for (long at = 0; at < other.size(); at += chunk.position()) {
          chunk.clear();
          if (other.read(at, chunk) <= 0) {
            throw new IllegalStateException("content ends at " + at + " of " + other.size());
          }
          sink.write(chunk.array(), 0, chunk.position());
        }
        return sink.finish();
      }
    }

    private void becomes(StagedContent other) {
      close();
      edited = Optional.of(other);
      mail = mail.with(other);
    }

    /** Fields in front of the header. */
    void prepend() {
      if (consequences.isEmpty()) {
        return;
      }
      List<FieldLine> fields =
          consequences.stream()
              .filter(Consequence.Prepend.class::isInstance)
              .map(each -> ((Consequence.Prepend) each).field())
              .toList();
      if (refusal.isPresent() || fields.isEmpty()) {
        return;
      }
      ExaminedMail whole = new ExaminedMail(mail, targets, staging, 0);
      try (StagedEdit edit = whole.edit()) {
        fields.forEach(field -> edit.replace(0, 0, field.octets()));
        becomes(edit.finish());
      }
    }

    private void log(Remark remark) {
      List<Address> recipients =
          mail.envelope().recipients().stream().map(one -> one.address()).toList();
      log.examined(
          mail.id(),
          remark.action(),
          remark.about(),
          MailLog.client(mail.client().name(), mail.client().address()),
          mail.envelope().sender(),
          recipients.get(recipients.size() - 1),
          mail.client().protocol(),
          mail.client().helo(),
          remark.text());
    }

    Examination examination() {
      return new Examination(mail, consequences, refusal, rule, edited);
    }

    void close() {
      edited.ifPresent(StagedContent::close);
    }
  }
}
