package org.postroom.core.table;

/** Takes the entries of a table, the first of each key. */
interface Entries {

  /**
   * False, and nothing is changed, when the key is there.
   *
   * @param line 0 where there is none
   */
  boolean put(String key, String value, int line);
}
