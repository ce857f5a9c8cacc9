package org.postroom.dist.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.Credentials;

/**
 * Mail of one account elsewhere, for one account here.
 *
 * @param name by which it is known to people
 * @param remote where the mail is
 * @param login whose it is here
 * @param folder where it comes
 * @param proof where it has from what it logs in with
 * @param interval from the end of one round to the beginning of the next
 * @param leaving what becomes there of what is here
 * @param flags whether it comes with those that it has there
 * @param tls what is wanted where TLS does not come first
 * @param verify whether the server has to show who it is
 * @param authorities a file with certificates of who vouches for it; empty for those of the JVM
 */
record FetchJob(
    String name,
    Remote remote,
    String login,
    MailboxName folder,
    JobProof proof,
    Duration interval,
    Leaving leaving,
    boolean flags,
    Tls tls,
    boolean verify,
    Optional<Path> authorities) {

  /** What becomes of a message there once it is here. */
  enum Leaving {
    REMOVED("no"),
    KEPT("yes"),
    /** Kept, and marked once as one that somebody has seen. */
    KEPT_AS_SEEN("seen");

    private final String word;

    Leaving(String word) {
      this.word = word;
    }

    /** As {@code keep=} says it. */
    String word() {
      return word;
    }
  }

  /** Whether it stays there. */
  boolean keep() {
    return leaving != Leaving.REMOVED;
  }

  /** Whether a conversation that begins in clear goes on under TLS. */
  enum Tls {
    /** It does, or ends. */
    REQUIRED,
    /** It does not. */
    NONE
  }

  /**
   * How it logs in.
   *
   * @param secret its password, or its token
   */
  Credentials credentials(Secret secret) {
    return new Credentials(remote.user(), secret, proof.isToken());
  }

  /**
   * What the names of its mails are kept under: the same for as long as it fetches the same mail
   * for the same account, whatever it is called.
   */
  String key() {
    String whole =
        remote.protocol()
            + "\0"
            + remote.user()
            + "\0"
            + remote.host().toLowerCase(Locale.ROOT)
            + "\0"
            + remote.mailbox()
            + "\0"
            + login;
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(UTF_8));
      return "fetch-" + HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
