package org.postroom.core.restriction;

import org.postroom.core.address.Address;
import org.postroom.core.mail.FieldLine;

/** What is to be done with a mail as a whole, if it is taken in the end. */
public sealed interface Consequence {

  /** What the log calls it. */
  String logName();

  /** Pretends to take it, and throws it away. */
  record Discard() implements Consequence {
    @Override
    public String logName() {
      return "discard";
    }
  }

  /** Keeps it until somebody lets it go. */
  record Hold() implements Consequence {
    @Override
    public String logName() {
      return "hold";
    }
  }

  /** Sends it through a filter, {@code transport:nexthop}; the last one counts. */
  record Filter(String destination) implements Consequence {
    @Override
    public String logName() {
      return "filter";
    }
  }

  /** Replaces all recipients; the last one counts, and no filter does. */
  record Redirect(Address recipient) implements Consequence {
    @Override
    public String logName() {
      return "redirect";
    }
  }

  /** Adds a recipient who is never reported on. */
  record Bcc(Address recipient) implements Consequence {
    @Override
    public String logName() {
      return "bcc";
    }
  }

  /** Puts a field before its header. */
  record Prepend(FieldLine field) implements Consequence {
    @Override
    public String logName() {
      return "prepend";
    }
  }

  /** Nothing but a line in the log, of this level. */
  record Note(String level) implements Consequence {
    @Override
    public String logName() {
      return level;
    }
  }
}
