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
 * for several of them is for tests that run one after the other).
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MailExtension.class)
public @interface MailTest {}
