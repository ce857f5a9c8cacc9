package org.postroom.smtp.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for line ends eight octets at a time: the loop that every octet of every mail takes. */
final class Octets {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long CRS = ONES * '\r';
  private static final long LFS = ONES * '\n';

  private Octets() {}

  /** The index of the first CR or LF from {@code from} on, or {@code end} when there is none. */
  static int lineEnd(byte[] octets, int from, int end) {
    int at = from;
    while (at + Long.BYTES <= end) {
      long word = (long) LONGS.get(octets, at);
      long cr = word ^ CRS;
      long lf = word ^ LFS;
      // The lowest high bit of each marks its first zero octet; higher ones may be false.
      long found = ((cr - ONES) & ~cr | (lf - ONES) & ~lf) & HIGHS;
      if (found != 0) {
        return at + (Long.numberOfTrailingZeros(found) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < end && octets[at] != '\r' && octets[at] != '\n') {
      at++;
    }
    return at;
  }
}
