package org.postroom.storage.sql;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.postroom.core.mail.Content;
import org.postroom.storage.blob.BlobLocation;
import org.postroom.storage.blob.BlobLog;
import org.postroom.storage.blob.Reservation;

/** Bodies in the blob log of a data folder. */
final class LogBlobs implements BlobStore {
  private final Supplier<BlobLog> log;
  private final boolean syncsAlone;
  private final List<Runnable> undescribed = new ArrayList<>();

  /**
   * Uses a log, which may be another one after a fault.
   *
   * @param syncsAlone whether nothing else (H2's checkpoint) syncs it
   */
  LogBlobs(Supplier<BlobLog> log, boolean syncsAlone) {
    this.log = log;
    this.syncsAlone = syncsAlone;
  }

  @Override
  public boolean placesBeforehand(long octets) {
    return log.get().isLong(octets);
  }

  @Override
  public PlacedBody place(Content body, int described) {
    return PlacedBody.written(body, log.get(), described);
  }

  @Override
  public BlobRef put(Journaled statements, long id, byte[] description, PlacedBody body) {
    BlobLog current = log.get();
    Reservation placed = body.in(current, description.length);
    int capacity = placed == null ? description.length : body.capacity();
    Reservation place = placed;
    if (place == null) {
      place = current.reserve(body.content().size(), capacity);
      place.write(body.content());
    }
    Reservation record = place;
    undescribed.add(
        () -> {
          if (placed != null) {
            body.used();
          }
          record.describe(description);
        });
    BlobLocation at = record.location();
    return new BlobRef(at.segment(), at.offset(), at.length(), capacity);
  }

  @Override
  public void completed() {
    undescribed.forEach(Runnable::run);
    undescribed.clear();
  }

  @Override
  public void abandoned() {
    undescribed.clear();
  }

  @Override
  public void sync() {
    if (syncsAlone) {
      log.get().sync();
    }
  }

  /** {@inheritDoc} It can still be read when the log has been opened again meanwhile. */
  @Override
  public Content open(BlobRef ref) {
    BlobLocation at = location(ref);
    return new Content() {
      @Override
      public long size() {
        return at.length();
      }

      @Override
      public int read(long position, ByteBuffer target) {
        return log.get().read(at, position, target);
      }
    };
  }

  @Override
  public void freed(BlobRef ref) {
    log.get().free(location(ref), ref.described());
  }

  private static BlobLocation location(BlobRef ref) {
    return new BlobLocation(ref.segment(), ref.offset(), ref.length());
  }

  @Override
  public void close() {
    // The folder is closed by its owner.
  }
}
