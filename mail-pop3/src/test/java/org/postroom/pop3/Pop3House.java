package org.postroom.pop3;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.testing.ProtocolHouse;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.TlsContext;
import org.postroom.core.wire.Wire;

/**
 * A POP3 server over mailboxes in memory, its clock virtual, for {@code ada}, whose password is
 * {@code secret word}. Started when first connected to.
 */
final class Pop3House extends ProtocolHouse {
  private static final String PASSWORD = "secret word";

  private Pop3Service service;

  Pop3House() {
    super(PASSWORD);
  }

  Pop3House(ProtocolHouse neighbour) {
    super(neighbour, PASSWORD);
  }

  @Override
  protected Listener listen(
      Wire wire, InetSocketAddress address, Optional<TlsContext> implicitTls) {
    if (service == null) {
      service =
          new Pop3Service(
              settings(Pop3Params.ALL),
              usedStore(),
              accounts,
              throttle,
              time,
              new SecureRandom(),
              this::certificate);
    }
    return service.listen(wire, implicitTls.isPresent() ? "pop3s" : "pop3", address, implicitTls);
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
