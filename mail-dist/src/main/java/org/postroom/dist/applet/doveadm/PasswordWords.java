package org.postroom.dist.applet.doveadm;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.auth.scheme.NewPassword;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;

/** {@code doveadm pw}: makes of a password what a file may keep. Asks no server. */
public final class PasswordWords {
  private static final String USUAL = "CRYPT";
  private static final String USAGE =
      "doveadm pw [-l] [-p plaintext] [-r rounds] [-s scheme] [-t hash] [-V]";

  private final PrintWriter out;
  private final PrintWriter err;
  private final Supplier<Secret> typed;

  /**
   * For somebody.
   *
   * @param typed where a password comes from that nobody has written
   */
  public PasswordWords(PrintWriter out, PrintWriter err, Supplier<Secret> typed) {
    this.out = out;
    this.err = err;
    this.typed = typed;
  }

  /** Does it; gives the exit status. */
  public int run(List<String> words) {
    try {
      run(Options.of("lp:r:s:t:V", words));
      out.flush();
      return 0;
    } catch (BadValue e) {
      err.println("doveadm: Fatal: " + e.reason());
      return Ended.TEMPORARY;
    } catch (Ended e) {
      err.println(e.said());
      return e.status();
    }
  }

  private void run(Options options) {
    List<String> unused = options.exactly(0, USAGE);
    if (options.has('l')) {
      out.println(String.join(" ", NewPassword.schemes()));
      return;
    }
    Optional<String> tested = options.value('t');
    if (tested.isPresent() && !tested.get().startsWith("{")) {
      throw new BadValue("Missing {scheme} prefix from hash");
    }
    try (Secret password = options.value('p').map(Secret::of).orElseGet(typed)) {
      String stored = tested.isPresent() ? tested.get() : made(options, password);
      boolean checks = tested.isPresent() || options.has('V');
      if (checks && !matches(stored, password)) {
        throw new BadValue("reverse password verification check failed: Password mismatch");
      }
      out.println(stored + (checks ? " (verified)" : ""));
    }
  }

  private static String made(Options options, Secret password) {
    Optional<String> rounds = options.value('r');
    if (rounds.isPresent() && !rounds.get().matches("[0-9]{1,9}")) {
      throw new BadValue("Invalid number of rounds: " + rounds.get());
    }
    return new NewPassword(new SecureRandom())
        .of(
            options.value('s').orElse(USUAL).toUpperCase(Locale.ROOT),
            password,
            rounds.map(Integer::parseInt).map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  private static boolean matches(String stored, Secret password) {
    return StoredPassword.parse(stored, USUAL, HashLimits.ofHeap()).matches(password);
  }
}
