package org.postroom.core.mail;

/**
 * What a mail is called in replies, Received headers and logs. Unique for ever in one store: from
 * the arrival time and a counter.
 *
 * @param value upper-case letters and digits, at most 20
 */
public record QueueId(String value) {
  public QueueId {
    if (value.isEmpty() || value.length() > 20) {
      throw new IllegalArgumentException("queue id: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
