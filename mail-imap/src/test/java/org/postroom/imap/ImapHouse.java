package org.postroom.imap;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.part.Welcome;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.Transcript;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.imap.param.ImapParams;

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
      service = new ImapService(usedStore(), staging(), time, time);
    }
    Welcome welcome =
        service.welcome(
            implicitTls.isPresent() ? ImapPart.IMAPS : ImapPart.IMAP,
            address,
            settings(ImapParams.ALL),
            logIns,
            certificate());
    return wire.listen(welcome.options(), welcome.sessions());
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
