package org.postroom.dist;

import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.table.LookupTable;
import org.postroom.core.trouble.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A table of the application's, which may take its time. Whatever it throws is no answer now. */
record AskedTable(String name, Function<String, Optional<String>> application)
    implements LookupTable {
  private static final Logger LOG = LoggerFactory.getLogger(AskedTable.class);

  @Override
  public Optional<String> find(String key) {
    try {
      return application.apply(key);
    } catch (LookupUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("the application's table {} has failed", name, e);
      throw new LookupUnavailable(
          "the application's table " + name + " has failed: " + Reason.text(e));
    }
  }

  @Override
  public boolean mayBlock() {
    return true;
  }
}
