package org.postroom.core.table;

import java.util.List;
import java.util.Map;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** Asks databases for tables. One is given to {@link Tables}; who knows SQL implements it. */
public interface SqlSource {

  /**
   * Makes ready to ask; connects when it is asked first, not before.
   *
   * @throws BadValue when there is no way to that database: no driver, say
   */
  Query prepare(SqlTableFile file);

  /** One statement of one table. Threads share it; it may block. */
  interface Query {

    /**
     * All rows: what is in each column by its name in lower case, in their order, without those
     * that are NULL.
     *
     * @param values for the question marks, in their order; of any type that the database makes of
     *     text
     * @param most how many rows are wanted at most
     * @throws LookupUnavailable when the database does not answer
     */
    List<Map<String, String>> rows(List<String> values, int most);
  }
}
