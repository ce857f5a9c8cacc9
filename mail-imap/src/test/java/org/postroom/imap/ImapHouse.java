package org.postroom.imap;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.Transcript;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;

/** An IMAP server over mailboxes in memory, its clock virtual. Started when first connected to. */
final class ImapHouse extends ProtocolHouse {
  static final String TRANSCRIPTS = "org/postroom/imap/transcripts";

  private ImapService service;
  private boolean loggedIn;

  ImapHouse() {}

  ImapHouse(ProtocolHouse neighbour) {
    super(neighbour);
  }

  /** The house that the transcripts play in. */
  static ImapHouse ofTranscripts() {
    ImapHouse house = new ImapHouse();
    Transcript.house(TRANSCRIPTS).forEach(house::given);
    return house;
  }

  @Override
  protected Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    if (service == null) {
      service =
          new ImapService(
              settings(ImapParams.ALL),
              usedStore(),
              logIns,
              staging(),
              time,
              time,
              this::certificate);
    }
    return service.listen(wire, implicitTls.isPresent() ? "imaps" : "imap", address, implicitTls);
  }

  @Override
  public void loggedIn() {
    loggedIn = true;
  }

  @Override
  public Peer connect(int number) {
    Peer peer = super.connect(number);
    return loggedIn ? LoggedIn.ada(peer) : peer;
  }
}
