package org.postroom.core.policy;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Subject;

/** A list of restrictions: when it is judged, and what its replies are about. */
public enum Stage {
  CLIENT("check_client_access"),
  HELO("check_helo_access"),
  SENDER("check_sender_access"),
  RELAY("check_recipient_access"),
  RECIPIENT("check_recipient_access"),
  DATA(""),
  END_OF_DATA(""),
  ETRN("");

  private final String tableCheck;

  Stage(String tableCheck) {
    this.tableCheck = tableCheck;
  }

  /** The parameter that holds the list. */
  public Param<List<String>> param() {
    return switch (this) {
      case CLIENT -> RestrictionParams.CLIENT;
      case HELO -> RestrictionParams.HELO;
      case SENDER -> RestrictionParams.SENDER;
      case RELAY -> PolicyParams.SMTPD_RELAY_RESTRICTIONS;
      case RECIPIENT -> PolicyParams.SMTPD_RECIPIENT_RESTRICTIONS;
      case DATA -> RestrictionParams.DATA;
      case END_OF_DATA -> RestrictionParams.END_OF_DATA;
      case ETRN -> RestrictionParams.ETRN;
    };
  }

  /** Whether it is one of the two lists that decide where mail may go. */
  boolean isOfDestination() {
    return this == RELAY || this == RECIPIENT;
  }

  /** What a table stands for that is an item by itself; empty where it may not be. */
  String tableCheck() {
    return tableCheck;
  }

  /** What the list's own replies are about. */
  Subject subject(PolicyContext mail, Facts facts) {
    return switch (this) {
      case CLIENT -> mail.clientHost(facts.know(mail.client().names()));
      case HELO -> mail.heloCommand();
      case SENDER -> mail.senderAddress();
      case RELAY, RECIPIENT -> mail.recipientAddress();
      case DATA -> new Subject("DATA", "Data command");
      case END_OF_DATA -> new Subject("END-OF-MESSAGE", "End-of-data");
      case ETRN -> new Subject("ETRN", "Etrn command");
    };
  }
}
