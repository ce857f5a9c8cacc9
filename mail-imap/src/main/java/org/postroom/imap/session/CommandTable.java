package org.postroom.imap.session;

import java.util.Optional;

/** The commands there are. */
public interface CommandTable {

  /** The row of that name, in upper case. */
  Optional<CommandRow<?>> find(String name);
}
