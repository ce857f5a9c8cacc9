package org.postroom.smtp.client;

import java.util.List;
import org.postroom.core.config.Mirror;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.smtp.client.sasl.SaslParams;
import org.postroom.smtp.client.tls.TlsParams;

/**
 * How mail is handed to delivery agents by LMTP: what {@link SmtpClientParams}, {@link TlsParams}
 * and {@link SaslParams} say of SMTP, under names of its own.
 */
public final class LmtpClientParams {

  private static final Mirror MIRROR =
      Mirror.from("smtp_", "lmtp_")
          .named(SmtpClientParams.HELO_NAME, "lmtp_lhlo_name")
          .doc(SmtpClientParams.HELO_NAME, "What we call ourselves to LMTP servers.")
          .preset(SmtpClientParams.TCP_PORT, "24")
          .doc(
              SmtpClientParams.TCP_PORT,
              "The port of LMTP servers, where a next hop (inet:host, host, [host]) does not name"
                  + " one.")
          .named(SmtpClientParams.CONVERSATION.helloTimeout(), "lmtp_lhlo_timeout")
          .doc(
              SmtpClientParams.CONVERSATION.helloTimeout(),
              "How long the greeting, the answer to LHLO, and each of a log-in may take.")
          .doc(
              SmtpClientParams.CONVERSATION.contentTimeout(),
              "How long each recipient's answer behind the content may take.")
          .named(SmtpClientParams.CONVERSATION.unheard(), "lmtp_discard_lhlo_keywords")
          .preset(SmtpClientParams.CONVERSATION.leavesAtOnce(), "no")
          .doc(
              SmtpClientParams.ADDRESS_LIMIT,
              "How many addresses of a host are tried in one attempt.")
          .doc(
              SmtpClientParams.GENERIC_MAPS,
              "Tables of generic(5): addresses of ours and what LMTP servers see in their place.")
          // An agent that offers STARTTLS is not thereby one whose TLS works.
          .preset(
              TlsParams.LEVEL,
              "${{$lmtp_enforce_tls} == {yes} ? {${{$lmtp_tls_enforce_peername} == {yes} ? {verify}"
                  + " : {encrypt}}} : {${{$lmtp_use_tls} == {yes} ? {may} : {none}}}}")
          .preset(TlsParams.SECURE_MATCH, "nexthop")
          // It is our own, and this is as far as most of them go.
          .preset(TlsParams.REQUIRETLS_POLICY, "opportunistic")
          .without(
              SmtpClientParams.SPECIAL_NETWORKS,
              SmtpClientParams.FALLBACK_RELAY,
              SmtpClientParams.ALWAYS_EHLO,
              SmtpClientParams.NEVER_EHLO)
          .set("lmtp", SmtpClientParams.ALL)
          .set("lmtp-tls", TlsParams.ALL)
          .set("lmtp-sasl", SaslParams.ALL)
          .build();

  /** All of them. */
  public static final List<ParamSet> ALL = MIRROR.sets();

  private LmtpClientParams() {}

  /** Settings in which the parameters of SMTP have the values of LMTP's. */
  static Settings in(Settings settings) {
    return MIRROR.in(settings);
  }
}
