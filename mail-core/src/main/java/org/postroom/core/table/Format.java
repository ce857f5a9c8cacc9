package org.postroom.core.table;

import java.io.IOException;
import org.postroom.core.config.BadValue;

/** How the lines of a table become its content. */
interface Format {

  /**
   * Reads to the end.
   *
   * @param octets how large the source is, to make room at once
   * @throws BadValue when it cannot be used as a whole
   */
  Lookup read(TableLines lines, long octets) throws IOException;
}
