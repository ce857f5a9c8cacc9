package org.postroom.smtp.subetha;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Fact;
import org.postroom.core.restriction.Judged;
import org.postroom.core.restriction.Verdict;

/**
 * Whether a handler rejects a recipient. The same question for the same recipient in the same place
 * of the same mail, so that the handler hears of it once.
 */
final class Question implements Fact<Optional<Verdict.Reject>> {
  private final Handlings handlings;
  private final SessionContext session;
  private final String sender;
  private final Address recipient;
  private final int number;

  Question(Handlings handlings, Judged mail, Address recipient) {
    this.handlings = handlings;
    this.session = SubEtha.context(mail);
    this.sender = mail.sender().map(ReversePath::toString).orElse("");
    this.recipient = recipient;
    this.number = mail.recipients();
  }

  @Override
  public Optional<Optional<Verdict.Reject>> atOnce() {
    return Optional.empty();
  }

  @Override
  public CompletionStage<Optional<Verdict.Reject>> ask(Executor mayBlock) {
    return CompletableFuture.supplyAsync(
        () -> handlings.of(session, sender).recipient(recipient), mayBlock);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Question that
        && handlings == that.handlings
        && session.id().equals(that.session.id())
        && number == that.number
        && recipient.equals(that.recipient);
  }

  @Override
  public int hashCode() {
    return session.id().hashCode() * 31 + recipient.hashCode();
  }

  @Override
  public String toString() {
    return "handler of SubEtha for " + recipient;
  }
}
