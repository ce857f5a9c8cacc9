package org.postroom.smtp.subetha;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.mail.Content;
import org.postroom.core.restriction.Verdict;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.MessageHandlerFactory;
import org.subethamail.smtp.RejectException;

/** One mail's handler, called one call after the other, on any thread that may block. */
final class Handling implements AutoCloseable {
  /** An enhanced status code in front of a text (RFC 3463). */
  private static final Pattern STATUS =
      Pattern.compile("[245](\\.\\d{1,3}\\.\\d{1,3})(?:\\s+(.*))?", Pattern.DOTALL);

  private final MessageHandlerFactory handlers;
  private final SessionContext session;
  private final String sender;
  private @Nullable MessageHandler handler;
  private final Set<Address> accepted = new HashSet<>();
  private Optional<Verdict.Reject> refused = Optional.empty();
  private boolean closed;

  /** Calls nobody yet. */
  Handling(MessageHandlerFactory handlers, SessionContext session, String sender) {
    this.handlers = handlers;
    this.session = session;
    this.sender = sender;
  }

  /** What the mail comes in. */
  SessionContext session() {
    return session;
  }

  /** Whether it has taken those recipients, and no other. */
  synchronized boolean isFor(Collection<Address> recipients) {
    return accepted.equals(new HashSet<>(recipients));
  }

  /** Why mail for {@code recipient}, or from the sender, is rejected; empty where it is not. */
  synchronized Optional<Verdict.Reject> recipient(Address recipient) {
    MessageHandler begun = begun();
    if (refused.isPresent()) {
      return refused;
    }
    try {
      begun.recipient(recipient.toString());
      accepted.add(recipient);
      return Optional.empty();
    } catch (RejectException e) {
      return Optional.of(refusal(e));
    }
  }

  private MessageHandler begun() {
    MessageHandler begun = handler;
    if (begun == null) {
      begun = handlers.create(session);
      handler = begun;
      try {
        begun.from(sender);
      } catch (RejectException e) {
        refused = Optional.of(refusal(e));
      }
    }
    return begun;
  }

  /** Has the handler read the content. */
  synchronized void data(Content content) throws RejectException, IOException {
    // What it returns was for a reply that has words of its own here.
    String unused = begun().data(content.stream());
  }

  /** A rejection with its code and words; a code that refuses nothing is one for good. */
  static Verdict.Reject refusal(RejectException e) {
    int code = e.getCode() < 400 || e.getCode() > 599 ? RejectException.DEFAULT_CODE : e.getCode();
    String text = String.valueOf(e.getMessage());
    Matcher status = STATUS.matcher(text);
    return status.matches()
        ? Verdict.Reject.of(code, status.group(1), status.group(2) == null ? "" : status.group(2))
        : Verdict.Reject.of(code, ".0.0", text);
  }

  /** The handler is done; safe to repeat. */
  @Override
  public synchronized void close() {
    if (!closed && handler != null) {
      handler.done();
    }
    closed = true;
  }
}
