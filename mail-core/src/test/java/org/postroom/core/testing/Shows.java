package org.postroom.core.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Which statements of {@code docs/tutorials.md} a test shows, by their numbers. A test that shows
 * half of a statement does not show it; several that show all of it together each have its number.
 *
 * <p>It is found in the sources, so the numbers stand in it as they are ({@code "A1.3"}), and it
 * stands on the method, where one shows it. In a transcript it is a comment.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Shows {
  /** The numbers. */
  String[] value();
}
