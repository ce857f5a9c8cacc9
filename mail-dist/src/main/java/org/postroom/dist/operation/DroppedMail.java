package org.postroom.dist.operation;

import java.time.Instant;
import java.util.List;

/**
 * A mail that lies in the maildrop.
 *
 * @param name what its file is called
 * @param left when a program has left it
 * @param size of its content, in octets
 * @param sender as it is written; empty for the null sender
 * @param recipients as they are written
 */
public record DroppedMail(
    String name, Instant left, long size, String sender, List<String> recipients) {
  public DroppedMail {
    recipients = List.copyOf(recipients);
  }
}
