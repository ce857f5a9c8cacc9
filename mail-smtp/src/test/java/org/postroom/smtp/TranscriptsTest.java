package org.postroom.smtp;

import java.util.List;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.testing.TranscriptsContract;
import org.postroom.core.transcript.Transcript;

class TranscriptsTest extends TranscriptsContract {

  static List<Transcript> transcripts() {
    return Transcript.in(SmtpHouse.TRANSCRIPTS, ".smtp");
  }

  static List<Transcript> seamless() {
    return transcripts().stream().filter(Transcript::isSeamless).toList();
  }

  @Override
  protected ProtocolHouse house() {
    return new SmtpHouse();
  }

  /** It does not mind clients that do not wait. */
  @Override
  protected ProtocolHouse houseBeside(ProtocolHouse neighbour) {
    SmtpHouse house = new SmtpHouse(neighbour);
    house.given("smtpd_forbid_unauth_pipelining=no");
    return house;
  }
}
