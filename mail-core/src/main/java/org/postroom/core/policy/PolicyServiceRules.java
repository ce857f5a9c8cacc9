package org.postroom.core.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Facts;
import org.postroom.core.policy.service.PolicyQuestion;
import org.postroom.core.policy.service.PolicyService;
import org.postroom.core.policy.service.PolicyTrouble;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Verdict;
import org.postroom.core.wire.TlsSession;

/** The restriction that asks a policy server, and the words that it asks in. */
final class PolicyServiceRules {
  private PolicyServiceRules() {}

  /** What the server does not answer its default action says. */
  static HouseRestriction check(Ingredients in, String argument) {
    PolicyService service = PolicyService.of(argument, in.settings());
    String level = in.settings().expandedText("compatibility_level").orElse("");
    return (mail, facts) ->
        new AccessAction(in.settings(), mail.subject(), Verdict.Worth.CLAIMED)
            .of(action(service, request(mail, service, level, facts), mail, facts));
  }

  private static String action(
      PolicyService service, String request, PolicyContext mail, Facts facts) {
    try {
      return facts.know(new PolicyQuestion(mail.sources().servers(), service, request));
    } catch (PolicyTrouble | LookupUnavailable e) {
      return service.defaultAction();
    }
  }

  /** In the order in which Postfix 3.7 says them; what is not known is empty, or 0. */
  private static String request(
      PolicyContext mail, PolicyService service, String level, Facts facts) {
    ClientNames names = facts.know(mail.client().names());
    Occasion occasion = mail.occasion().get();
    Optional<TlsSession> tls = occasion.tls();
    return new Request()
        .with("request", "smtpd_access_policy")
        .with("protocol_state", occasion.state())
        .with("protocol_name", occasion.protocol())
        .with("client_address", written(mail.client().address()))
        .with("client_name", names.verified().text())
        .with("client_port", port(occasion.client()))
        .with("reverse_client_name", names.reverse().text())
        .with(
            "server_address",
            occasion.server().map(InetSocketAddress::getAddress).map(a -> written(a)).orElse(""))
        .with("server_port", port(occasion.server()))
        .with("helo_name", mail.helo().orElse(""))
        .with(
            "sender", mail.sender().flatMap(ReversePath::address).map(Address::toString).orElse(""))
        .with("recipient", mail.recipient().map(Address::toString).orElse(""))
        .with(
            "recipient_count",
            String.valueOf(occasion.isBehindRecipients() ? mail.recipients() : 0))
        .with("queue_id", occasion.queueId())
        .with("instance", occasion.instance())
        .with("size", String.valueOf(occasion.size()))
        .with("etrn_domain", "")
        .with("stress", occasion.stressed() ? "yes" : "")
        .with("sasl_method", occasion.mechanism())
        .with("sasl_username", mail.client().login().orElse(""))
        .with("sasl_sender", occasion.saslSender())
        .with("ccert_subject", "")
        .with("ccert_issuer", "")
        .with("ccert_fingerprint", "")
        .with("ccert_pubkey_fingerprint", "")
        .with("encryption_protocol", tls.map(TlsSession::protocol).orElse(""))
        .with("encryption_cipher", tls.map(TlsSession::cipher).orElse(""))
        .with("encryption_keysize", tls.map(it -> String.valueOf(it.bits())).orElse("0"))
        .with("policy_context", service.context())
        .with("compatibility_level", level)
        .text();
  }

  private static String port(Optional<InetSocketAddress> end) {
    return end.map(it -> String.valueOf(it.getPort())).orElse("");
  }

  private static String written(InetAddress address) {
    return IpLiteral.written(address);
  }

  /** Lines of name and value. What would end a line early is no part of a value. */
  private static final class Request {
    private final StringBuilder text = new StringBuilder();

    Request with(String name, String value) {
      text.append(name).append('=');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        text.append(c == '\n' || c == '\r' || c == 0 ? '?' : c);
      }
      text.append('\n');
      return this;
    }

    String text() {
      return text.append('\n').toString();
    }
  }
}
