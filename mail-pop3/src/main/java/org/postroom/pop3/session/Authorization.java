package org.postroom.pop3.session;

import java.util.Optional;

/**
 * Not logged in.
 *
 * @param user what USER said, when it was the last command
 */
public record Authorization(Optional<String> user) implements Pop3State {
  public static final Authorization START = new Authorization(Optional.empty());
}
