package org.postroom.storage.sql;

/**
 * A page of traces alone, which hardly anybody asks for any more: a quarter of an open one's
 * memory. A mailbox through which much mail goes has thousands of traces for each message.
 */
final class DormantPage implements KeptPage {
  private final int index;
  private final long highestModSeq;
  private final Marks traces;
  private final byte[] data;

  DormantPage(int index, long highestModSeq, Marks traces, byte[] data) {
    this.index = index;
    this.highestModSeq = highestModSeq;
    this.traces = traces;
    this.data = data;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int living() {
    return 0;
  }

  @Override
  public long highestModSeq() {
    return highestModSeq;
  }

  @Override
  public Marks marks() {
    return Marks.NONE;
  }

  @Override
  public Marks traces() {
    return traces;
  }

  @Override
  public int octets() {
    return 56 + data.length;
  }

  @Override
  public Page open() {
    return Page.decode(index, data);
  }

  @Override
  public byte[] encode() {
    return data;
  }
}
