package org.postroom.dist.program;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program that is to be run.
 *
 * @param command its words; no shell sees them
 * @param environment all of it: nothing of the server's own goes with it
 * @param folder where it works
 * @param input what it reads
 * @param limit how long it may run
 */
record Job(
    List<String> command,
    Environment environment,
    Path folder,
    MailFile.Writer input,
    Duration limit) {

  Job {
    command = List.copyOf(command);
  }
}
