package org.postroom.smtp.client.sasl;

import java.security.SecureRandom;
import java.util.List;
import java.util.Set;

/**
 * A mechanism that we can log in by. A further one is a row here and a {@link Dialogue}.
 *
 * @param name as servers and administrators call it, in upper case
 * @param holds what it can promise
 * @param takesToken whether it takes a token in place of a password: nothing tells one from the
 *     other
 */
record Mechanism(String name, Set<SecurityOption> holds, boolean takesToken, Beginning beginning) {

  private static final Set<SecurityOption> SAID = Set.of(SecurityOption.NOANONYMOUS);
  private static final Set<SecurityOption> PROVEN =
      Set.of(
          SecurityOption.NOPLAINTEXT,
          SecurityOption.NOACTIVE,
          SecurityOption.NOANONYMOUS,
          SecurityOption.MUTUAL_AUTH);

  /** The best one first. */
  static final List<Mechanism> ALL =
      List.of(
          new Mechanism(
              "SCRAM-SHA-256", PROVEN, false, (logIn, random) -> Scram.of("SHA256", logIn, random)),
          new Mechanism(
              "SCRAM-SHA-1", PROVEN, false, (logIn, random) -> Scram.of("SHA1", logIn, random)),
          new Mechanism(
              "CRAM-MD5",
              Set.of(SecurityOption.NOPLAINTEXT, SecurityOption.NOANONYMOUS),
              false,
              (logIn, random) -> new CramMd5Dialogue(logIn)),
          new Mechanism("PLAIN", SAID, false, (logIn, random) -> new PlainDialogue(logIn)),
          new Mechanism("LOGIN", SAID, false, (logIn, random) -> new LoginDialogue(logIn)),
          new Mechanism(
              "OAUTHBEARER", SAID, true, (logIn, random) -> TokenDialogue.oauthBearer(logIn)),
          new Mechanism("XOAUTH2", SAID, true, (logIn, random) -> TokenDialogue.xoauth2(logIn)));

  /** Makes the client's side of one log-in. */
  interface Beginning {
    Dialogue begin(LogIn logIn, SecureRandom random);
  }

  /** Whether it is as safe as is asked for. */
  boolean holds(Set<SecurityOption> wanted) {
    return holds.containsAll(wanted);
  }

  /** Whether who listens learns the password, or the token. */
  boolean tellsSecret() {
    return !holds.contains(SecurityOption.NOPLAINTEXT);
  }

  Dialogue begin(LogIn logIn, SecureRandom random) {
    return beginning.begin(logIn, random);
  }

  @Override
  public String toString() {
    return name;
  }
}
