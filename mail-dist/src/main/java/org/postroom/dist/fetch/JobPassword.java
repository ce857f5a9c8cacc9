package org.postroom.dist.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.postroom.core.config.ConfigParams;
import org.postroom.core.config.Settings;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.RemoteRefusal;

/** What a job logs in with. */
final class JobPassword {
  /** So much of a file or of what a program says is looked at: less than a pipe holds. */
  private static final int MOST = 16 * 1024;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What a program has of the server's environment. */
  private static final Set<String> ENVIRONMENT = Set.of("PATH", "HOME", "LANG", "TZ");

  private static final ProcessBuilder.Redirect NOTHING =
      ProcessBuilder.Redirect.from(new File("/dev/null"));

  private JobPassword() {}

  /**
   * The first line of the job's file, or of what its program says. Their modes were looked at when
   * the job was read, and may be others by now.
   *
   * @throws RemoteRefusal when others may read or change it, or there is nothing in it
   */
  static Secret of(FetchJob job, Settings settings) throws IOException, RemoteRefusal {
    return of(job.proof(), settings.get(ConfigParams.UNSAFE_FILES), PATIENCE);
  }

  /** The same for who waits so long for a program. */
  static Secret of(JobProof proof, List<String> unsafe, Duration patience)
      throws IOException, RemoteRefusal {
    Optional<String> fault = proof.fault(unsafe);
    if (fault.isPresent()) {
      throw new RemoteRefusal(fault.get());
    }
    byte[] octets = proof.isSaid() ? said(proof, patience) : read(proof);
    String text = new String(octets, UTF_8);
    String first = text.lines().findFirst().orElse("");
    String what = proof.isToken() ? "token" : "password";
    if (first.isEmpty()) {
      throw new RemoteRefusal(proof.path() + " has no " + what + " in its first line");
    }
    if (first.length() == text.length() && octets.length == MOST) {
      throw new RemoteRefusal(proof.path() + " has a " + what + " that is too long");
    }
    return Secret.of(first);
  }

  private static byte[] read(JobProof proof) throws IOException {
    try (InputStream in = Files.newInputStream(proof.path())) {
      return in.readNBytes(MOST);
    }
  }

  /**
   * What it says fits into the pipe behind the second process, whose end is waited for: whatever
   * the first has started, and however much it says, nobody is held up by it.
   */
  private static byte[] said(JobProof proof, Duration patience) throws IOException, RemoteRefusal {
    List<String> words = new ArrayList<>(List.of(proof.path().toString()));
    words.addAll(proof.arguments());
    ProcessBuilder program =
        new ProcessBuilder(words)
            .redirectInput(NOTHING)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    program.environment().keySet().retainAll(ENVIRONMENT);
    ProcessBuilder beginning = new ProcessBuilder("head", "-c", "" + MOST);
    List<Process> both = ProcessBuilder.startPipeline(List.of(program, beginning));
    Process first = both.get(0);
    Process second = both.get(1);
    long end = System.nanoTime() + patience.toNanos();
    try {
      if (!second.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)
          || !first.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new RemoteRefusal(proof.path() + " has not ended in time");
      }
      if (first.exitValue() != 0) {
        throw new RemoteRefusal(proof.path() + " has ended with status " + first.exitValue());
      }
      return second.getInputStream().readNBytes(MOST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      first.descendants().forEach(ProcessHandle::destroyForcibly);
      Process unusedFirst = first.destroyForcibly();
      Process unusedSecond = second.destroyForcibly();
      second.getInputStream().close();
    }
  }
}
