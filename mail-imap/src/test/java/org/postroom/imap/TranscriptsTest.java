package org.postroom.imap;

import java.util.List;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.testing.TranscriptsContract;
import org.postroom.core.transcript.Transcript;

class TranscriptsTest extends TranscriptsContract {

  static List<Transcript> transcripts() {
    return Transcript.in(ImapHouse.TRANSCRIPTS, ".imap");
  }

  static List<Transcript> seamless() {
    return transcripts().stream().filter(Transcript::isSeamless).toList();
  }

  @Override
  protected ProtocolHouse house() {
    return new ImapHouse();
  }

  @Override
  protected ProtocolHouse houseBeside(ProtocolHouse neighbour) {
    return new ImapHouse(neighbour);
  }
}
