package org.postroom.core.mailbox;

import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MessageStructure;

/**
 * One message as the store hands it to a visitor. What a field costs is said at {@link
 * MailStore.Detail}.
 *
 * <p>A row may be kept beyond the visit, with all of its fields, once one of those that the store
 * has to look up was asked for; else only what it has at hand stays ({@link #uid}, {@link #modSeq},
 * {@link #flags}, {@link #systemFlags}, {@link #size}). Where only {@link MailStore.Detail#CONTENT}
 * was wanted a kept row is small, some hundred octets; its content is read when it is asked for its
 * octets.
 */
public interface MessageRow {

  long uid();

  long modSeq();

  Flags flags();

  /** Bits of {@link Flags#SYSTEM}: less work than all {@link #flags} where these alone matter. */
  long systemFlags();

  /** RFC822.SIZE: exactly the octets of {@link #content}. */
  long size();

  InternalDate internalDate();

  /** Milliseconds since 1970: when it came into this mailbox. */
  long savedAt();

  /** The same for copies of one message (RFC 8474). */
  long emailId();

  /** Needs {@link MailStore.Detail#ENVELOPE}. */
  MessageEnvelope envelope();

  /**
   * Needs {@link MailStore.Detail#STRUCTURE}; offsets count from the first octet of {@link
   * #content}.
   */
  MessageStructure structure();

  /**
   * The message's octets, read from the blob store as they are asked for. Empty when they are gone
   * although the row is there.
   */
  Optional<Content> content();
}
