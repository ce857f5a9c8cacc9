package org.postroom.dist.fetch;

import java.io.IOException;
import java.util.List;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mailbox.Flags;
import org.postroom.dist.remote.RemoteRefusal;

/** A mailbox on a server elsewhere, which is open. By one thread. */
interface RemoteMailbox {
  /** More messages are in no mailbox that is fetched from. */
  int MOST = 200_000;

  /**
   * A message that is there.
   *
   * @param name what it is called as long as it is there, and no other meanwhile: printable ASCII
   * @param number how the conversation calls it
   * @param size octets, as the server says
   * @param flags bits of {@link Flags#SYSTEM}
   */
  record Entry(String name, long number, long size, long flags) {
    /** What somebody has said of it. */
    boolean has(long flag) {
      return (flags & flag) != 0;
    }
  }

  /** What is there and may be fetched, in its order. */
  List<Entry> list() throws IOException, RemoteRefusal;

  /**
   * The octets of one; whoever has them closes them.
   *
   * @throws RemoteRefusal when the server does not give it
   */
  StagedContent fetch(Entry message) throws IOException, RemoteRefusal;

  /** Marks one there as seen. */
  void markSeen(Entry message) throws IOException, RemoteRefusal;

  /** Has one be removed there, at the latest by {@link #end}. */
  void delete(Entry message) throws IOException, RemoteRefusal;

  /**
   * What was to be removed is, and the conversation is over.
   *
   * @return whether what was removed may have left its name to another message
   */
  boolean end() throws IOException, RemoteRefusal;
}
