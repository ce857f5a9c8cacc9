package org.postroom.core.auth.source;

import org.postroom.core.people.AccountSource;
import org.postroom.core.table.FileWatch;

/** A source that rests on files. */
interface Watching extends AccountSource {

  /** Sees from now on when they change. */
  void watch(FileWatch with);

  /** Looks after them now, and reads those that have changed. */
  void refresh();
}
