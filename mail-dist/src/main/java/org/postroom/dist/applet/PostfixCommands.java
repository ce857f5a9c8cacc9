package org.postroom.dist.applet;

import java.util.List;

/**
 * Commands with the names and words of those of Postfix and sendmail, in the order in which the
 * help has them.
 */
final class PostfixCommands {
  static final List<NamedCommand> ALL =
      List.of(
          NamedCommand.foreign("sendmail", SendmailApplet.class),
          NamedCommand.foreign("postqueue", PostqueueApplet.class),
          NamedCommand.foreign("postsuper", PostsuperApplet.class),
          NamedCommand.foreign("postcat", PostcatApplet.class),
          NamedCommand.foreign("postconf", PostconfApplet.class),
          NamedCommand.foreign("postmap", PostmapApplet.class),
          NamedCommand.foreign("postalias", PostaliasApplet.class),
          NamedCommand.foreign("makemap", MakemapApplet.class),
          NamedCommand.foreign("postfix", PostfixApplet.class));

  private PostfixCommands() {}
}
