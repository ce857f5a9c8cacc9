package org.postroom.core.filter;

import java.util.List;
import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;

/** What a filter says of a mail. */
public sealed interface Finding {

  /** Nothing: the mail goes on as it is. */
  Finding NOTHING = new Passed(List.of(), Optional.empty(), List.of());

  /** For the log. */
  List<Remark> remarks();

  /**
   * The mail goes on.
   *
   * @param consequences what is to be done with it: kept, thrown away, copied, sent elsewhere; a
   *     field in front of its header
   * @param edited its content from now on: made by {@link Examined#edit}, which costs no copy, or
   *     any other, with CRLF at the end of each line
   */
  record Passed(List<Consequence> consequences, Optional<Content> edited, List<Remark> remarks)
      implements Finding {

    public Passed {
      consequences = List.copyOf(consequences);
      remarks = List.copyOf(remarks);
    }
  }

  /** The mail is refused, for now or for good; no other filter is asked. */
  record Refused(Verdict.Reject reply, List<Remark> remarks) implements Finding {

    public Refused {
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * A line in the log about what a filter has found, in the words of the compatible systems.
   *
   * @param action what was done: {@code reject}, {@code hold}, {@code warning} …
   * @param about what was found: {@code header Subject: you have won}
   * @param text what the administrator wants to read of it; may be empty
   */
  record Remark(String action, String about, String text) {}

  /** Refuses: code, the status without its class, and what the client hears. */
  static Finding refused(int code, String statusTail, String text) {
    return new Refused(Verdict.Reject.of(code, statusTail, text), List.of());
  }

  /** Lets go on, with these consequences. */
  static Finding passed(Consequence... consequences) {
    return new Passed(List.of(consequences), Optional.empty(), List.of());
  }
}
