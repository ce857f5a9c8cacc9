package org.postroom.dist.applet.move;

import java.util.List;
import java.util.Optional;

/**
 * A mailbox in another store.
 *
 * @param name levels are separated by {@code /}
 * @param uidValidity by which its UIDs are meant; empty where it has none
 * @param uidNext no message has had this UID or a higher one there; 0 where that is not known
 * @param messages first those with a UID, by rising UID, then those without, in the order in which
 *     they came
 */
record SourceFolder(
    String name, Optional<Long> uidValidity, long uidNext, List<SourceMessage> messages) {
  SourceFolder {
    messages = List.copyOf(messages);
  }

  /** The same as one in which nothing has a number. */
  SourceFolder unnumbered() {
    return new SourceFolder(
        name, Optional.empty(), 0, messages.stream().map(SourceMessage::unnumbered).toList());
  }
}
