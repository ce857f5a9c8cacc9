package org.postroom.storage.sql;

/** A page as it is kept in memory: to be read at once, or still as the database has it. */
sealed interface KeptPage permits Page, DormantPage {

  /** Which 256 UIDs it is about. */
  int index();

  /** How many of its messages are not expunged. */
  int living();

  long highestModSeq();

  /** The keywords that its messages have: of those that are not expunged. */
  Marks marks();

  /** The keywords that expunged ones have. */
  Marks traces();

  /** About how much memory this takes. */
  int octets();

  /**
   * The same, to be read. Where it is dormant that is work, and memory for as long as it is held.
   */
  Page open();

  /** As the database has it. */
  byte[] encode();
}
