package org.postroom.dist.program;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.machine.MachineUser;

/**
 * As whom a program runs.
 *
 * @param user who it is
 * @param group the number of the group
 * @param isServers whether the server itself is he
 * @param launcher what stands before the program's own words so that it runs as he
 */
record Identity(MachineUser user, long group, boolean isServers, List<String> launcher) {
  Identity {
    launcher = List.copyOf(launcher);
  }

  /** The words of a program that runs as he. */
  List<String> running(List<String> command) {
    List<String> words = new ArrayList<>(launcher);
    words.addAll(command);
    return words;
  }
}
