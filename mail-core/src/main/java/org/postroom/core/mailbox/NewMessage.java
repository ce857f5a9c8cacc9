package org.postroom.core.mailbox;

import java.util.Set;
import org.postroom.core.arrival.StagedContent;

/**
 * A message to be appended.
 *
 * @param flags bits of {@link Flags#SYSTEM}
 * @param keywords those for which the mailbox has no room are left out
 */
public record NewMessage(
    StagedContent content, long flags, Set<Keyword> keywords, InternalDate date) {

  public NewMessage {
    keywords = Keyword.inOrder(keywords);
  }
}
