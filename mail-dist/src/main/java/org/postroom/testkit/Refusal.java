package org.postroom.testkit;

/**
 * A command that was answered with an error, be it SMTP's 4xx or 5xx, IMAP's NO or BAD, or POP3's
 * {@code -ERR}.
 *
 * @param command as the client said it; empty where the server spoke first
 * @param answer as the client heard it, the last line
 */
public record Refusal(String command, String answer) {

  @Override
  public String toString() {
    return command + " -> " + answer;
  }
}
