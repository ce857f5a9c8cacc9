package org.postroom.dist.fetch;

import java.util.List;

/** The jobs of a server that runs. Threads may share it. */
public interface FetchJobs {

  /**
   * One of them.
   *
   * @param name by which it is known
   * @param from where its mail is, without the password
   * @param login whose it is here
   * @param folder where it comes
   * @param keep whether it stays there, in the word of the file: {@code no}, {@code yes} or {@code
   *     seen}
   * @param state {@code running}, {@code waiting}, or {@code failing} where the last round has
   *     failed
   * @param last when the last round ended, as ISO 8601 has it; empty where none has
   * @param next when the next one is due; empty while one runs
   * @param failures how many rounds have failed, one after the other
   * @param fetched how many messages since the server runs
   * @param result what the last round came to
   */
  record Status(
      String name,
      String from,
      String login,
      String folder,
      String keep,
      String state,
      String last,
      String next,
      int failures,
      long fetched,
      String result) {}

  /** All, in the order of their file. */
  List<Status> all();

  /**
   * Has one be due now.
   *
   * @return whether there is one of that name
   */
  boolean run(String name);
}
