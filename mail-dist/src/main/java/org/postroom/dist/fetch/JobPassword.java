package org.postroom.dist.fetch;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Settings;
import org.postroom.core.privacy.Privacy;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.RemoteRefusal;

/** What a job logs in with. */
final class JobPassword {
  private JobPassword() {}

  /**
   * The first line of the job's file. Its mode was looked at when the job was read, and may be
   * another one by now.
   *
   * @throws RemoteRefusal when others may read it, or there is nothing in it
   */
  static Secret of(FetchJob job, Settings settings) throws IOException, RemoteRefusal {
    Optional<String> fault =
        Privacy.faultOfSecret(
            job.password(),
            job.password() + " is a password and",
            settings.get(ConfigParams.UNSAFE_FILES));
    if (fault.isPresent()) {
      throw new RemoteRefusal(fault.get());
    }
    try (BufferedReader in = Files.newBufferedReader(job.password())) {
      String first = in.readLine();
      if (first == null || first.isEmpty()) {
        throw new RemoteRefusal(job.password() + " has no password in its first line");
      }
      return Secret.of(first);
    }
  }
}
