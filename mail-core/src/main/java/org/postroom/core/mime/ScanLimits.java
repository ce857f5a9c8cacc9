package org.postroom.core.mime;

/**
 * How much a scan keeps of a message, whatever its sender made it of. What is kept becomes two
 * columns of a row, which many readers hold at the same time, so it is small. All octets of the
 * message stay as they are and can be fetched; only what is said about them ends here:
 *
 * <ul>
 *   <li>of one header field the first {@link #FIELD} octets are looked at, of a Content field
 *       {@link #CONTENT_FIELD};
 *   <li>a text of the envelope (subject, date, ids) ends at {@link #TEXT} octets: between words
 *       where there are blanks, so that no encoded word is cut, else between characters;
 *   <li>the address lists of an envelope share {@link #LISTS} octets in the order of their fields;
 *       a list ends at the last whole address that fits;
 *   <li>parts are split until there are {@link #PARTS} or their description takes {@link
 *       #STRUCTURE} octets of memory: what follows belongs to the body of the last part, and a part
 *       that would have been split is {@code application/octet-stream}. The same below level {@link
 *       #DEPTH}.
 * </ul>
 *
 * <p>An envelope that was cut {@linkplain MessageEnvelope#isCut says so}.
 */
public final class ScanLimits {
  /** Octets of one header field that are looked at. */
  public static final int FIELD = 64 << 10;

  /** The same for fields that say what a part is. */
  public static final int CONTENT_FIELD = 8 << 10;

  /** Octets of a text in an envelope. */
  public static final int TEXT = 4 << 10;

  /** Octets of all address lists in an envelope, in its stored form. */
  public static final int LISTS = 47 << 10;

  /** The longest stored form of an envelope. */
  public static final int ENVELOPE = 64 << 10;

  /** Octets of memory that a structure takes beside its message's envelope; stored it is less. */
  public static final int STRUCTURE = 1 << 20;

  /** Octets of a header block that a search for text looks at. */
  public static final int SEARCHED_HEADER = 256 << 10;

  /** Levels of parts in parts. */
  public static final int DEPTH = 100;

  /** Parts of a message. */
  public static final int PARTS = 2000;

  private ScanLimits() {}
}
