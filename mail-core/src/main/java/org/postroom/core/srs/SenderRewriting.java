package org.postroom.core.srs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.trouble.Reason;

/** Senders of forwarded mail as settings have them written. Immutable: a reload makes another. */
public final class SenderRewriting {
  /** A file of secrets is written by hand. */
  private static final int LONGEST_FILE = 64 * 1024;

  private final Domain domain;
  private final Srs srs;

  private SenderRewriting(Domain domain, Srs srs) {
    this.domain = domain;
    this.srs = srs;
  }

  /**
   * As settings say, which name a file of secrets; empty where mail is forwarded as it came.
   *
   * @throws BadConfiguration for a file that cannot be had, that others can read, or with nothing
   *     in it
   */
  public static Optional<SenderRewriting> of(Settings settings) {
    return settings
        .get(SrsParams.DOMAIN)
        .map(
            domain ->
                new SenderRewriting(
                    domain,
                    new Srs(
                        domain,
                        secrets(settings),
                        settings.get(SrsParams.HASH_LENGTH),
                        settings.get(SrsParams.MAX_AGE))));
  }

  private static List<Secret> secrets(Settings settings) {
    Param<Optional<Path>> param = SrsParams.SECRETS;
    Path file =
        settings
            .get(param)
            .orElseThrow(
                () ->
                    fault(
                        settings,
                        "a file of secrets is expected, because "
                            + SrsParams.DOMAIN.name()
                            + " is set"));
    Privacy.faultOfSecret(
            file, file + " holds secrets and", settings.get(ConfigParams.UNSAFE_FILES))
        .ifPresent(
            fault -> {
              throw fault(settings, fault);
            });
    List<Secret> secrets;
    try {
      if (Files.size(file) > LONGEST_FILE) {
        throw fault(settings, file + " is longer than " + LONGEST_FILE + " octets");
      }
      secrets =
          Files.readString(file)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .map(Secret::of)
              .toList();
    } catch (IOException e) {
      throw fault(settings, "cannot read " + file + ": " + Reason.text(e));
    }
    if (secrets.isEmpty()) {
      throw fault(settings, file + " has no secret: one to a line is expected");
    }
    return secrets;
  }

  private static BadConfiguration fault(Settings settings, String text) {
    return new BadConfiguration(settings.fault(SrsParams.SECRETS, text));
  }

  /** In which senders are written; reports on forwarded mail come back to it. */
  public Domain domain() {
    return domain;
  }

  /** As whom a sender stands on mail that is forwarded now. */
  public Address forward(Address sender, Instant now) {
    return srs.forward(sender, now);
  }

  /**
   * Whom mail is for that comes back: empty for an address that is like any other.
   *
   * @throws NotOurs when it looks as if it was written here, and was not, or too long ago
   */
  public Optional<Address> reverse(Address recipient, Instant now) {
    return srs.isForwarded(recipient) ? Optional.of(srs.reverse(recipient, now)) : Optional.empty();
  }
}
