package org.postroom.storage.blob;

/**
 * Where a body lies in the blob log.
 *
 * @param segment the segment's number, from 1
 * @param offset where its record starts in the segment
 * @param length octets of the body
 */
public record BlobLocation(int segment, long offset, long length) {
  public BlobLocation {
    if (segment < 1 || offset < 0 || length < 0) {
      throw new IllegalArgumentException(segment + "/" + offset + "/" + length);
    }
  }

  // A key of maps, several times for each mail: what the compiler makes of a record is slow until
  // it is linked and compiled.
  @Override
  public boolean equals(Object other) {
    return other instanceof BlobLocation that
        && segment == that.segment
        && offset == that.offset
        && length == that.length;
  }

  @Override
  public int hashCode() {
    return 31 * segment + Long.hashCode(offset);
  }
}
