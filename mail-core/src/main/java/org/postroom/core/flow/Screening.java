package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.fact.Facts;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.mail.Recipient;
import org.postroom.core.restriction.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The station where filters look into a mail, and where it is done what they and tables wish. */
final class Screening {
  private static final Logger LOG = LoggerFactory.getLogger(Screening.class);
  private static final Verdict.Reject MISCONFIGURED =
      Verdict.Reject.of(451, ".3.5", "Error: server configuration error");

  private final FilterStation filters;
  private final Expansion expansion;
  private final Predicate<Route.Onward> permits;
  private final Predicate<String> isTransport;

  /**
   * Asks {@code filters}.
   *
   * @param expansion of those who get a mail instead of its recipients, or beside them
   * @param permits whether mail may go where a filter sends it
   * @param isTransport whether there is a transport of a name
   */
  Screening(
      FilterStation filters,
      Expansion expansion,
      Predicate<Route.Onward> permits,
      Predicate<String> isTransport) {
    this.filters = filters;
    this.expansion = expansion;
    this.permits = permits;
    this.isTransport = isTransport;
  }

  /** What comes behind: takes the mail as it is by now. */
  interface Next {
    Handover take(Submission mail, Treatment treatment);
  }

  /**
   * Has the mail looked into; it is not refused and not thrown away where {@code next} is asked.
   */
  Handover screen(Submission mail, List<Expanded> recipients, Wishes wishes, Next next) {
    List<Address> targets = new ArrayList<>();
    for (Expanded expanded : recipients) {
      for (Target target : expanded.targets()) {
        targets.add(target.recipient().address());
      }
    }
    try (FilterStation.Examination examined =
        filters.examine(mail, targets, wishes.consequences(), wishes::wants)) {
      if (examined.refusal().isPresent()) {
        return new Handover.Refused(examined.refusal().get(), examined.rule());
      }
      Treatment treatment = permitted(mail, Treatment.of(examined.consequences()));
      if (treatment.discarded()) {
        return new Handover.Discarded();
      }
      if (treatment.decided().filter(way -> !isTransport.test(way.transport())).isPresent()) {
        LOG.warn(
            "{}: no transport for FILTER {}: the mail is refused for now",
            mail.id(),
            treatment.filter().orElse(""));
        return new Handover.Refused(MISCONFIGURED, "content_filter");
      }
      return next.take(examined.mail(), treatment);
    }
  }

  /** The same, but for a filter's destination that must not be used. */
  private Treatment permitted(Submission mail, Treatment treatment) {
    if (treatment.decided().filter(permits.negate()).isEmpty()) {
      return treatment;
    }
    LOG.warn(
        "{}: does not go to FILTER {}, which safe_send_filters does not name",
        mail.id(),
        treatment.filter().orElse(""));
    return treatment.unfiltered();
  }

  /** Whoever gets {@code mail} in the end. */
  List<Expanded> treated(Submission mail, List<Expanded> recipients, Treatment treatment) {
    ReversePath sender = mail.envelope().sender();
    List<Expanded> all = new ArrayList<>(recipients);
    if (treatment.redirect().isPresent()) {
      Recipient first = recipients.get(0).recipient();
      Recipient instead =
          new Recipient(treatment.redirect().get(), first.reportOn(), first.original());
      all = new ArrayList<>(List.of(expansion.redirected(sender, instead, Facts.WAITING)));
    }
    for (Address copy : treatment.copies()) {
      Recipient silent = new Recipient(copy, Set.of(Recipient.Notify.NEVER), Optional.empty());
      all.addAll(expansion.copies(sender, List.of(silent)));
    }
    return all;
  }
}
