package org.postroom.core.mailbox;

import java.util.Set;
import org.postroom.core.arrival.StagedContent;

/**
 * A message to be appended.
 *
 * @param flags bits of {@link Flags#SYSTEM}
 */
public record NewMessage(
    StagedContent content, long flags, Set<Keyword> keywords, InternalDate date) {

  public NewMessage {
    keywords = Set.copyOf(keywords);
  }
}
