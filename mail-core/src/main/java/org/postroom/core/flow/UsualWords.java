package org.postroom.core.flow;

import java.util.Optional;

/** What notifications say to people where nobody has said anything else. */
enum UsualWords {
  FAILED(
      "failure_template",
      "Undelivered Mail Returned to Sender",
      "Postmaster Copy: Undelivered Mail",
      "Your message could not be delivered for these recipients:"),
  DELAYED(
      "delay_template",
      "Delayed Mail (still being retried)",
      "Postmaster Warning: Delayed Mail",
      "Your message has not been delivered yet for these recipients. You do not need to\n"
          + "send it again: it is tried until it arrives or expires."),
  RELAYED("was passed on for these recipients, to a server that does not say more:"),
  DELIVERED("was delivered for these recipients:"),
  EXPANDED("was passed on to the members of these recipients:");

  /** In whose name; at the domain that the server's own mail has. */
  static final String FROM = "Mail Delivery System <MAILER-DAEMON>";

  /** What is true of all that succeeds. */
  private static final String SUCCEEDED =
      "Your message was delivered, or passed on, for these recipients:";

  private static final String SUCCESS = "success_template";

  private final String template;
  private final String subject;
  private final String postmasterSubject;
  private final String text;

  UsualWords(String template, String subject, String postmasterSubject, String text) {
    this.template = template;
    this.subject = subject;
    this.postmasterSubject = postmasterSubject;
    this.text = text;
  }

  UsualWords(String what) {
    this(
        SUCCESS,
        "Successful Mail Delivery Report",
        "Successful Mail Delivery Report",
        "Your message " + what);
  }

  /** Those that stand for a template, whatever it is about; empty where nothing is said by it. */
  static Optional<UsualWords> ofTemplate(String name) {
    for (UsualWords one : values()) {
      if (one.template.equals(name)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** Which template has others. */
  String template() {
    return template;
  }

  String subject() {
    return subject;
  }

  String postmasterSubject() {
    return postmasterSubject;
  }

  /** Whether the template is for more than these. */
  boolean areOneOfSeveral() {
    return template.equals(SUCCESS);
  }

  /** The text; lines end by LF. */
  String text(String hostname) {
    return text(hostname, text);
  }

  /** The text as a template has it: true of all that the template is for. */
  String textOfTemplate() {
    return text("$myhostname", areOneOfSeveral() ? SUCCEEDED : text);
  }

  private static String text(String hostname, String text) {
    return "This is the mail system at host " + hostname + ".\n\n" + text + "\n";
  }
}
