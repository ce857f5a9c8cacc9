package org.postroom.pop3;

import java.util.List;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.testing.TranscriptsContract;
import org.postroom.core.transcript.Transcript;

class TranscriptsTest extends TranscriptsContract {

  static List<Transcript> transcripts() {
    return Transcript.in(Pop3House.TRANSCRIPTS, ".pop3");
  }

  static List<Transcript> seamless() {
    return transcripts().stream().filter(Transcript::isSeamless).toList();
  }

  @Override
  protected ProtocolHouse house() {
    return new Pop3House();
  }

  @Override
  protected ProtocolHouse houseBeside(ProtocolHouse neighbour) {
    return new Pop3House(neighbour);
  }
}
