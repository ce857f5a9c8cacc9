package org.postroom.storage.sql;

import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.Content;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.refusal.StorageFull;

/**
 * Takes bodies on the thread that brings them, as long as there is room on the disk: the committer
 * looks again, but what is long is written by then.
 */
final class BodyRoom {
  private final Database database;
  private final BlobStore blobs;

  BodyRoom(Database database, BlobStore blobs) {
    this.database = database;
    this.blobs = blobs;
  }

  /**
   * See {@link BlobStore#place}.
   *
   * @throws StorageFull when there is no room for it
   */
  PlacedBody place(Content body, int described) {
    if (!blobs.placesBeforehand(body.size())) {
      return PlacedBody.unwritten(body);
    }
    if (!database.hasRoomFor(body.size())) {
      throw new StorageFull("too little room is left on the disk of " + database);
    }
    return blobs.place(body, described);
  }

  /** What was put, once its unit of work is durable. */
  Content content(BlobRef ref) {
    return blobs.open(ref);
  }

  /** The same mail with its content as the store has it, where it is durable. */
  Acceptance kept(PlacedBody body, Acceptance taken) {
    BlobRef ref = body.ref();
    Submission mail = taken.mail();
    return ref == null
        ? taken
        : taken.of(mail.with(new KeptContent(content(ref), mail.content().structure())));
  }
}
