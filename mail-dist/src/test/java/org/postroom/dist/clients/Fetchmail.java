package org.postroom.dist.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** fetchmail: hands new mail on to a program, and leaves it or removes it. */
final class Fetchmail implements Client.Fetches, Client.Deletes, Client.Idles {
  private static final String KEEP = "keep";
  private static final String REMOVE = "nokeep";

  @Override
  public String name() {
    return "fetchmail";
  }

  @Override
  public List<String> programs() {
    return List.of("fetchmail");
  }

  @Override
  public String fetch(Access access, Letter letter) throws Exception {
    String unused = access.run("", command(access, KEEP, "--silent"));
    return Files.readString(handedOn(access));
  }

  /** It removes what it has fetched, and fetches what is new. */
  @Override
  public void delete(Access access, Letter letter) throws Exception {
    String unused = access.run("", command(access, REMOVE, "--silent"));
  }

  @Override
  public Client.Waiting idle(Access access) throws Exception {
    LiveProgram fetchmail =
        LiveProgram.start(access, command(access, KEEP, "--idle", "--verbose", "--verbose"));
    return new Client.Waiting(
        fetchmail::said, () -> LiveProgram.written(handedOn(access)), fetchmail::close);
  }

  private static Path handedOn(Access access) {
    return access.folder().resolve("handed-on");
  }

  private static String[] command(Access access, String keep, String... options) throws Exception {
    Path config =
        access.write(
            "fetchmailrc",
            """
            set invisible
            poll %s service %s protocol imap auth password
              user "%s" password "%s" ssl sslcertck sslcertfile "%s"
              %s no rewrite pass8bits mda "cat >> %s"
            """
                .formatted(
                    Access.HOST,
                    access.imaps(),
                    access.login(),
                    access.password(),
                    access.authority(),
                    keep,
                    handedOn(access)));
    List<String> command = new ArrayList<>(List.of("fetchmail", "--nosyslog"));
    command.addAll(List.of(options));
    command.addAll(List.of("--pidfile", access.folder().resolve("pid").toString()));
    command.addAll(List.of("--fetchmailrc", config.toString()));
    return command.toArray(String[]::new);
  }
}
