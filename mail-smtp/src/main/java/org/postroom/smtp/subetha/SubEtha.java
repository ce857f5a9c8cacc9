package org.postroom.smtp.subetha;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.filter.Examined;
import org.postroom.core.filter.Filter;
import org.postroom.core.filter.Finding;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.people.AccountSource;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Judged;
import org.postroom.core.restriction.Restriction;
import org.postroom.core.restriction.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.AuthenticationHandlerFactory;
import org.subethamail.smtp.MessageHandlerFactory;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.TooMuchDataException;
import org.subethamail.smtp.auth.UsernamePasswordValidator;
import org.subethamail.smtp.helper.BasicMessageHandlerFactory;
import org.subethamail.smtp.helper.BasicMessageListener;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.helper.SimpleMessageListenerAdapter;
import org.subethamail.smtp.helper.SmarterMessageListener;
import org.subethamail.smtp.helper.SmarterMessageListenerAdapter;

/**
 * What an application has written for SubEtha SMTP, run by this server. Mail goes to its handlers
 * and nowhere else.
 *
 * <pre>{@code
 * SubEtha handlers = SubEtha.of(factory);
 * MailServer server = MailServer.builder()
 *     .restriction("subetha_recipient", handlers.recipients())
 *     .restriction("subetha_content", handlers.content())
 *     .filter("subetha", handlers.filter())
 *     .transport("relay", SubEtha.NOWHERE)
 *     .set("mydestination", "")
 *     .set("relay_domains", "static:all")
 *     .set("smtpd_recipient_restrictions", "subetha_recipient")
 *     .set("smtpd_end_of_data_restrictions", "subetha_content")
 *     …
 * }</pre>
 *
 * <p>Each mail has a handler of its own, which is called on workers, one call after the other:
 * {@code from} with the first recipient, {@code recipient} with each, {@code data} when the content
 * is whole and the server's own checks have passed, then {@code done}. What they reject is refused
 * with their code and words. A mail whose recipients are not those that its handler has taken is
 * refused for now: {@link #recipients} stands last among the restrictions of recipients, with
 * nothing before it that allows, and no domain is looked after by anybody else ({@code
 * mydestination} is empty). {@code data} reads what is already there, so that whatever it leaves
 * unread harms nobody.
 *
 * <p>Deviation: a sender is rejected where its first recipient is named, not before; what {@code
 * data} returns is not said to the client; {@code done} is called late for mails that clients give
 * up: with the next mail of the connection, with the first mail after an hour, or by {@link
 * #close}. {@code Command} and {@code SessionHandler} of SubEtha have no place here, and {@code
 * MessageContext.getSMTPServer} has no answer.
 */
public final class SubEtha implements AutoCloseable {
  /** The way on for mail that no handler has taken: there is none. */
  public static final Transport NOWHERE =
      (mail, nextHop) ->
          CompletableFuture.completedFuture(
              Transport.Report.all(
                  mail,
                  new DeliveryResult.Bounced(
                      "none", "5.3.5", "mail here is for the handlers of the application")));

  private static final Logger LOG = LoggerFactory.getLogger(SubEtha.class);

  /** Octets that the adapters of listeners keep in memory. */
  private static final int IN_MEMORY = 5 << 20;

  /** Mails that handlers may have begun with at once. */
  private static final int BEGUN = 10_000;

  private static final Verdict.Reject NOT_NOW =
      Verdict.Reject.of(451, ".3.0", "Error: the mail cannot be handled now");

  private final Handlings handlings;

  private SubEtha(MessageHandlerFactory handlers) {
    this.handlings = new Handlings(handlers, System::nanoTime, BEGUN);
  }

  /** These handlers. */
  public static SubEtha of(MessageHandlerFactory handlers) {
    return new SubEtha(handlers);
  }

  /** A listener that hears of each recipient. */
  public static SubEtha of(SimpleMessageListener listener) {
    return of(new SimpleMessageListenerAdapter(listener));
  }

  /** A listener that has a receiver for each recipient. */
  public static SubEtha of(SmarterMessageListener listener) {
    return of(new SmarterMessageListenerAdapter(listener));
  }

  /** A listener that gets messages whole, of so many octets at most. */
  public static SubEtha of(BasicMessageListener listener, int mostOctets) {
    return of(new BasicMessageHandlerFactory(listener, mostOctets));
  }

  /** The same of 5 MB at most. */
  public static SubEtha of(BasicMessageListener listener) {
    return of(listener, IN_MEMORY);
  }

  /** Asks handlers about recipients: for {@code smtpd_recipient_restrictions}. */
  public Restriction recipients() {
    return (mail, facts) -> {
      if (mail.recipient().isEmpty() || mail.instance().isEmpty()) {
        return Verdict.DUNNO; // a dry run: there is no mail that a handler could begin with
      }
      return facts
          .know(new Question(handlings, mail, mail.recipient().get()))
          .<Verdict>map(refusal -> refusal)
          .orElse(Verdict.DUNNO);
    };
  }

  /** Knows a mail again whose content has come: for {@code smtpd_end_of_data_restrictions}. */
  public Restriction content() {
    return (mail, facts) -> {
      handlings.named(mail.instance(), mail.queueId());
      return Verdict.DUNNO;
    };
  }

  /** Has handlers take what has come. */
  public Filter filter() {
    return this::take;
  }

  private Finding take(Examined mail) {
    Optional<Handling> begun = handlings.begunFor(mail.id().toString());
    if (begun.isEmpty()) {
      boolean isOfAClient = !mail.origin().isInternal() && mail.origin() != Origin.APPLICATION;
      return isOfAClient ? Finding.refused(451, ".3.0", NOT_NOW.text()) : Finding.NOTHING;
    }
    try (Handling handling = begun.get()) {
      if (!handling.isFor(mail.envelope().recipients().stream().map(Recipient::address).toList())) {
        LOG.warn(
            "{}: a handler was asked about other recipients than the mail has: its restriction"
                + " stands last in smtpd_recipient_restrictions, and nothing allows before it",
            mail.id());
        return Finding.refused(451, ".3.0", NOT_NOW.text());
      }
      handling.data(mail.content());
      return Finding.passed(new Consequence.Discard());
    } catch (RejectException e) {
      return new Finding.Refused(Handling.refusal(e), List.of());
    } catch (TooMuchDataException e) {
      return Finding.refused(552, ".3.4", "Error: message too big");
    } catch (IOException e) {
      return Finding.refused(451, ".3.0", NOT_NOW.text());
    }
  }

  /**
   * Who may log in: {@code ServerBuilder.accounts} takes it. Nobody is here before he has logged in
   * once, so mail for him is for nobody until then.
   */
  public static AccountSource accounts(UsernamePasswordValidator passwords) {
    return new Passwords(passwords::login).source();
  }

  /**
   * The same by a factory that has PLAIN or LOGIN among its mechanisms. A rejection with a code of
   * 400 to 499 is an error for now, any other a wrong password.
   */
  public static AccountSource accounts(AuthenticationHandlerFactory handlers) {
    return new Passwords(new MechanismCheck(handlers)).source();
  }

  /** Ends all handlers that are left. */
  @Override
  public void close() {
    handlings.close();
  }

  /** What a question is about: {@link Judged} as handlers see it. */
  static SessionContext context(Judged mail) {
    return new SessionContext(mail.instance(), mail.from(), mail.to(), mail.helo(), mail.login());
  }
}
