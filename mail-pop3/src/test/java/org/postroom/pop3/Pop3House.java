package org.postroom.pop3;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.part.Welcome;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.transcript.Transcript;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;
import org.postroom.pop3.param.Pop3Params;

/** A POP3 server over mailboxes in memory, its clock virtual. Started when first connected to. */
final class Pop3House extends ProtocolHouse {
  static final String TRANSCRIPTS = "org/postroom/pop3/transcripts";

  private Pop3Service service;

  Pop3House() {}

  Pop3House(ProtocolHouse neighbour) {
    super(neighbour);
  }

  /** The house that the transcripts play in. */
  static Pop3House ofTranscripts() {
    Pop3House house = new Pop3House();
    Transcript.house(TRANSCRIPTS).forEach(house::given);
    return house;
  }

  @Override
  protected Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    if (service == null) {
      service = new Pop3Service(usedStore(), time);
    }
    Welcome welcome =
        service.welcome(
            implicitTls.isPresent() ? Pop3Part.POP3S : Pop3Part.POP3,
            address,
            settings(Pop3Params.ALL),
            logIns,
            certificate());
    return wire.listen(welcome.options(), welcome.sessions());
  }

  /** The messages that are there now. */
  List<MessageRow> messages() {
    List<MessageRow> rows = new ArrayList<>();
    store.read(mailbox("INBOX"), store.snapshot(mailbox("INBOX")).uids(), Set.of(), rows::add);
    return rows;
  }

  void deliver(byte[] octets) {
    deliver("INBOX", octets);
  }

  void deliver(List<byte[]> messages) {
    deliver("INBOX", messages);
  }
}
