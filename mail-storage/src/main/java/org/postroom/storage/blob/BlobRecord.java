package org.postroom.storage.blob;

/**
 * A complete record met while walking through the log.
 *
 * @param location where its body lies (possibly of length 0)
 * @param sequence the record's number, rising through the log
 * @param description what the committer said about it; the array is the receiver's
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record BlobRecord(BlobLocation location, long sequence, byte[] description) {}
