package org.postroom.storage.sql;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.refusal.ContentDamaged;

/** Bodies in memory: gone when closed, like the database beside it. */
final class MemoryBlobs implements BlobStore {
  private final Map<Long, byte[]> bodies = new ConcurrentHashMap<>();

  @Override
  public BlobRef put(Journaled statements, long id, byte[] description, PlacedBody body) {
    byte[] octets = body.content().toBytes();
    bodies.put(id, octets);
    return new BlobRef(0, id, octets.length, 0);
  }

  @Override
  public void sync() {
    // There is nothing under memory.
  }

  @Override
  public Content open(BlobRef ref) {
    return new Body(ref, bodies.get(ref.offset()));
  }

  @Override
  public void freed(BlobRef ref) {
    bodies.remove(ref.offset());
  }

  @Override
  public void close() {
    bodies.clear();
  }

  /** Whoever has opened it can read it, also when nobody else has it any more. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Body(BlobRef ref, byte @Nullable [] octets) implements Content {

    @Override
    public long size() {
      return ref.length();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      if (octets == null) {
        throw new ContentDamaged("the body of message " + ref.offset() + " is gone");
      }
      int count = (int) Math.min(target.remaining(), Math.max(0, octets.length - position));
      target.put(octets, (int) Math.min(position, octets.length), count);
      return count;
    }
  }
}
