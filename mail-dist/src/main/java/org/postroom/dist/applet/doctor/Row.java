package org.postroom.dist.applet.doctor;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.postroom.core.address.Domain;

/** One check. */
sealed interface Row {
  /** For people and programs. */
  String name();

  /** Whether it needs the network. */
  boolean asksOthers();

  /** Of the server as a whole. */
  record OfServer(String name, boolean asksOthers, Function<Examination, List<Finding>> judge)
      implements Row {}

  /** Of each domain; all of them ask the DNS. */
  record OfDomain(String name, BiFunction<Examination, Domain, List<Finding>> judge)
      implements Row {
    @Override
    public boolean asksOthers() {
      return true;
    }
  }
}
