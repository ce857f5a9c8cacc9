package org.postroom.storage.sql;

/**
 * Where a body lies.
 *
 * @param segment of the log; 0 when bodies are found by {@code offset} alone
 * @param offset in the segment, or the body's id
 * @param length in octets
 * @param described octets of the description that lies before it in the log
 */
record BlobRef(int segment, long offset, long length, int described) {}
