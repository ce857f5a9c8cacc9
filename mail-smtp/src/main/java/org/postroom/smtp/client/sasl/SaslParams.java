package org.postroom.smtp.client.sasl;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** How we log in to other servers. */
public final class SaslParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtp-sasl");

  private static final String OPTIONS =
      "of noplaintext, noactive, nodictionary, noanonymous, forward_secrecy, mutual_auth";

  public static final Param<Boolean> ENABLE =
      SET.bool(
          "smtp_sasl_auth_enable",
          "no",
          "Whether we log in to other servers, where smtp_sasl_password_maps has a log-in for them.");

  static final Param<List<String>> PASSWORD_MAPS =
      SET.list(
          "smtp_sasl_password_maps",
          "",
          """
          Tables with our log-ins, user:password, by the sender's address (with \
          smtp_sender_dependent_authentication), by the server's host name, and by the next hop as \
          relayhost writes it, such as [smtp.example.com]:587. A file of them must not be readable \
          by everybody.""");

  static final Param<String> DELIMITER =
      SET.text(
          "smtp_sasl_password_result_delimiter",
          ":",
          "What stands between user and password in smtp_sasl_password_maps.");

  static final Param<Boolean> BY_SENDER =
      SET.bool(
          "smtp_sender_dependent_authentication",
          "no",
          "Whether smtp_sasl_password_maps are asked for the sender first.");

  static final Param<Set<SecurityOption>> CLEAR_OPTIONS =
      options(
          "smtp_sasl_security_options",
          "noplaintext, noanonymous",
          """
          What a mechanism must offer where TLS is not on. With noplaintext passwords are not told \
          (PLAIN, LOGIN). Without it they still are told in clear only where \
          smtp_tls_security_level is none, or the server is this machine.""");

  static final Param<Set<SecurityOption>> TLS_OPTIONS =
      options(
          "smtp_sasl_tls_security_options", "$smtp_sasl_security_options", "The same under TLS.");

  static final Param<Set<SecurityOption>> VERIFIED_OPTIONS =
      options(
          "smtp_sasl_tls_verified_security_options",
          "$smtp_sasl_tls_security_options",
          "The same under TLS with a server whose certificate was verified.");

  static final Param<List<String>> MECHANISM_FILTER =
      SET.matchList(
          "smtp_sasl_mechanism_filter",
          "",
          """
          Names of the mechanisms that may be used, such as plain, !login; empty is all but \
          xoauth2 and oauthbearer, which take a token in place of a password and have to be \
          named.""");

  static final Param<Boolean> SOFT_BOUNCE =
      SET.bool(
          "smtp_sasl_auth_soft_bounce",
          "yes",
          "Whether mail waits, and is not returned, where a server refuses our log-in for good.");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private SaslParams() {}

  private static Param<Set<SecurityOption>> options(String name, String preset, String doc) {
    return SET.value(
        name,
        preset,
        "some " + OPTIONS,
        SaslParams::read,
        set ->
            set.stream()
                .map(option -> option.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")),
        doc);
  }

  private static Set<SecurityOption> read(String text) {
    Set<SecurityOption> options = EnumSet.noneOf(SecurityOption.class);
    for (String word : text.split("[,\\s]+")) {
      if (!word.isEmpty()) {
        options.add(
            Stream.of(SecurityOption.values())
                .filter(option -> option.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(
                    () -> new BadValue("unknown: " + word + "; known are those " + OPTIONS)));
      }
    }
    return Set.copyOf(options);
  }
}
