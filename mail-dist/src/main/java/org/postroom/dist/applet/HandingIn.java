package org.postroom.dist.applet;

import java.util.Optional;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.smarthost.NullClient;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.SubmitOperation.Handed;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.storage.StorageFault;

/**
 * What became of a mail that was to be handed in.
 *
 * @param status exit status, as in sysexits.h
 * @param id by which the log names it; empty where it is left for the server, or not taken
 * @param why it is not taken; empty where it is, or is left
 */
record HandingIn(int status, Optional<String> id, Optional<String> why) {
  static final int USAGE = 64;
  static final int DATA = 65;
  static final int NO_USER = 67;
  static final int REFUSED = 69;
  static final int TEMPORARY = 75;
  static final int NOT_ALLOWED = 77;
  static final int CONFIGURATION = 78;

  /** Hands one in. */
  static HandingIn of(AskedServer server, Mail mail) {
    try {
      Handed handed = server.handIn(mail);
      return handed
          .refusal()
          .map(reply -> new HandingIn(handed.mayPass() ? TEMPORARY : REFUSED, reply))
          .orElseGet(() -> new HandingIn(0, handed.id(), Optional.empty()));
    } catch (OperationRefused e) {
      return switch (e.kind()) {
        case REQUEST -> new HandingIn(DATA, String.valueOf(e.getMessage()));
        case NOT_ALLOWED -> new HandingIn(NOT_ALLOWED, String.valueOf(e.getMessage()));
        case CONFIGURATION, UNAVAILABLE, NO_SERVER, INTERNAL -> notTaken(e);
      };
    } catch (BadConfiguration | StorageFault e) {
      return notTaken(e);
    }
  }

  /** One that went to the next server at once. */
  static HandingIn of(NullClient.Sent sent) {
    return sent.status() == 0
        ? new HandingIn(0, Optional.empty(), Optional.empty())
        : new HandingIn(sent.status(), sent.said());
  }

  private static HandingIn notTaken(RuntimeException e) {
    return new HandingIn(TEMPORARY, e.getMessage() + ": the mail is not taken");
  }

  private HandingIn(int status, String why) {
    this(status, Optional.empty(), Optional.of(why));
  }
}
