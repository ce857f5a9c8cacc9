package org.postroom.core.transcript;

/**
 * What a protocol's tests give to a {@link Transcript}: the state of things it begins with, and
 * connections.
 */
public interface Stage {

  /**
   * Makes it so.
   *
   * @param words what stands behind {@code given}, such as {@code 3 messages in INBOX}
   * @throws IllegalArgumentException when the words are not understood
   * @throws LeftOut when it cannot be so on this stage
   */
  void given(String words);

  /**
   * Lets it happen in the middle of the conversation.
   *
   * @param words what stands behind {@code when}, such as {@code 30 minutes pass}
   * @throws IllegalArgumentException when the words are not understood
   */
  default void when(String words) {
    throw new IllegalArgumentException("Not understood: when " + words);
  }

  /**
   * A new connection. A stage that wants transcripts to begin behind the greeting or the log-in
   * reads these here.
   *
   * @param number 1 for {@code C:}, 2 for {@code C2:} …
   */
  Peer connect(int number);
}
