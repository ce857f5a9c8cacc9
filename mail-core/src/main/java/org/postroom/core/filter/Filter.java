package org.postroom.core.filter;

/**
 * Looks into mails when they are whole and nothing of them is durable yet, and says what becomes of
 * them. Several are asked one after the other; each sees the content as the one before has left it.
 *
 * <pre>{@code
 * Filter noPrograms =
 *     mail ->
 *         mail.parts().stream().anyMatch(part -> part.subtype().equals("x-msdownload"))
 *             ? Finding.refused(550, ".7.1", "no programs, please")
 *             : Finding.NOTHING;
 * }</pre>
 *
 * <p>Called on workers, for several mails at the same time; may block. One that throws has the mail
 * refused for now (451): a mail that could not be looked into is not taken.
 */
@FunctionalInterface
public interface Filter {

  /** What is to become of {@code mail}, which can be read during this call only. */
  Finding examine(Examined mail);
}
