package org.postroom.core.srs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** In whose name mail is forwarded. */
public final class SrsParams {
  private static final ParamSet.Builder SET = ParamSet.named("srs");

  public static final Param<Optional<Domain>> DOMAIN =
      SET.value(
          "srs_domain",
          "",
          "a domain, or nothing",
          SrsParams::domain,
          domain -> domain.map(Domain::name).orElse(""),
          """
          A domain of ours that senders of forwarded mail are written in (Sender Rewriting Scheme), so \
          that SPF of their own domain does not stand against it: copies of mail from others that an \
          alias, a list without an owner or a filter sends on to a domain that is not ours. Reports \
          on them come back to this domain and go on to the sender. Empty forwards mail in its \
          sender's name.""");

  public static final Param<Optional<Path>> SECRETS =
      SET.optionalPath(
          "srs_secrets_file",
          "",
          """
          What such senders are signed with, one secret to a line. The first signs, all of them are \
          good: a new one is put in front, and an old one taken out after srs_max_age. Others must \
          not be able to read the file; it is read again at each reload.""");

  public static final Param<Duration> MAX_AGE =
      SET.time(
          "srs_max_age",
          "21d",
          Bounds.between("1d", "1000d"),
          "How long reports on forwarded mail find their way back, in whole days.");

  public static final Param<Integer> HASH_LENGTH =
      SET.integer(
          "srs_hash_length",
          "4",
          Bounds.between("4", "27"),
          """
          Characters of a signature. What was written with fewer is not known any more when it is \
          raised.""");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet PART = SET.build();

  private SrsParams() {}

  private static Optional<Domain> domain(String text) {
    Optional<Domain> domain = Domain.parse(text.strip());
    if (!text.isBlank() && domain.filter(one -> !one.isLiteral()).isEmpty()) {
      throw new BadValue("");
    }
    return domain;
  }
}
