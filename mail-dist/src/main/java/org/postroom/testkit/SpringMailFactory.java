package org.postroom.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Gives the application contexts of Spring tests that have {@link MailTest} their mail server.
 * {@code META-INF/spring.factories} names it, which nobody but Spring's tests reads.
 */
final class SpringMailFactory implements ContextCustomizerFactory {

  @Override
  public @Nullable ContextCustomizer createContextCustomizer(
      Class<?> testClass, List<ContextConfigurationAttributes> configuration) {
    MailTest values = TestContextAnnotationUtils.findMergedAnnotation(testClass, MailTest.class);
    return values == null ? null : new SpringMail(values);
  }
}
