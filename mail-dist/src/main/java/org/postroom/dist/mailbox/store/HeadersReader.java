package org.postroom.dist.mailbox.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mime.EncodedWords;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.dist.mailbox.StoredMessage;

/** Makes texts of a message's envelope, whose ten fields come in their order. */
final class HeadersReader implements MessageEnvelope.Visitor {
  private static final int LISTS = 6;

  private final List<String> texts = new ArrayList<>();
  private final List<List<String>> lists = new ArrayList<>();
  private final List<String> parts = new ArrayList<>();
  private List<String> list = List.of();
  private boolean inAddress;
  private boolean inList;

  private HeadersReader() {}

  static StoredMessage.Headers of(MessageEnvelope envelope) {
    HeadersReader reader = new HeadersReader();
    envelope.accept(reader);
    List<String> texts = reader.texts;
    List<List<String>> lists = reader.lists;
    return new StoredMessage.Headers(
        texts.get(0),
        texts.get(1),
        lists.get(0),
        lists.get(1),
        lists.get(2),
        lists.get(3),
        lists.get(4),
        lists.get(5),
        texts.get(2),
        texts.get(3));
  }

  @Override
  public void nil() {
    if (inAddress) {
      parts.add("");
    } else if (texts.size() == 2 && lists.size() < LISTS) {
      lists.add(List.of());
    } else {
      texts.add("");
    }
  }

  @Override
  public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
    if (inAddress) {
      // Only its name may be in encoded words.
      parts.add(
          parts.isEmpty()
              ? EncodedWords.decode(octets, offset, length)
              : new String(octets, offset, length, UTF_8));
    } else if (!inList) {
      texts.add(EncodedWords.decode(octets, offset, length));
    }
  }

  @Override
  public void beginList() {
    inList = true;
    list = new ArrayList<>();
  }

  @Override
  public void endList() {
    inList = false;
    lists.add(list);
  }

  @Override
  public void beginAddress() {
    inAddress = true;
    parts.clear();
  }

  /** What has no host begins or ends a group. */
  @Override
  public void endAddress() {
    inAddress = false;
    String host = parts.get(3);
    if (!host.isEmpty()) {
      String address = parts.get(2) + "@" + host;
      list.add(parts.get(0).isEmpty() ? address : parts.get(0) + " <" + address + ">");
    }
  }
}
