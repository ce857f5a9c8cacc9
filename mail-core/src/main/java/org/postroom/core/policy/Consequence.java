package org.postroom.core.policy;

import org.postroom.core.address.Address;

/** What is to be done with a mail as a whole, if it is taken in the end. */
public sealed interface Consequence {

  /** Pretends to take it, and throws it away. */
  record Discard(String text) implements Consequence {}

  /** Keeps it until somebody lets it go. */
  record Hold(String text) implements Consequence {}

  /** Sends it through a filter; the last one counts. */
  record Filter(String destination) implements Consequence {}

  /** Replaces all recipients; the last one counts. */
  record Redirect(Address recipient) implements Consequence {}

  /** Adds a recipient who is never reported on. */
  record Bcc(Address recipient) implements Consequence {}

  /** Puts a field before its header. */
  record Prepend(String field) implements Consequence {}

  /** A line in the log. */
  record Note(String level, String text) implements Consequence {}

  /**
   * Whether the way of a mail has a station for it. What has none must not be lost: the mail is
   * refused for now, as by a server that is not configured well.
   */
  default boolean isCarriedOut() {
    return this instanceof Note;
  }
}
