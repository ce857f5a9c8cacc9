package org.postroom.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a mail server, started before the first and closed after the last;
 * mail of one test is not seen by the next. Test methods ask for it with a parameter {@link
 * TestMail}: a view of their own, so that they may run at the same time (a view that a field keeps
 * for several of them is for tests that run one after the other). A field of that type without a
 * value is given one before each test, too.
 *
 * <p>Who wants more than the values here has a field with {@code @RegisterExtension}: {@link
 * MailExtension#of}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MailExtension.class)
public @interface MailTest {

  /** Who is here from the start: {@code ada@example.org}, or {@code ada@example.org:password}. */
  String[] accounts() default {};

  /** Nobody else is; see {@link MailSetup#strict}. */
  boolean strict() default false;

  /** Parameters, as a file would write them: {@code message_size_limit = 50000}. */
  String[] settings() default {};

  /** Passwords are taken without TLS; see {@link MailSetup#authInClear}. */
  boolean authInClear() default false;

  /** Time stands until the test lets it pass. */
  boolean frozen() default false;

  /** How many seconds a test waits for mail before it fails. */
  int patience() default 10;

  /** Another server for each test. */
  boolean perMethod() default false;

  /**
   * What is taken away behind each test; of tests that run at the same time nothing is, whatever
   * stands here, because the others need it.
   */
  Reset reset() default Reset.FOLDERS;
}
