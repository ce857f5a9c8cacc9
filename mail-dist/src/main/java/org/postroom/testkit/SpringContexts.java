package org.postroom.testkit;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** The application contexts of tests that Spring runs; nothing of Spring is loaded for others. */
final class SpringContexts {
  private static final String EXTENSION =
      "org.springframework.test.context.junit.jupiter.SpringExtension";

  private SpringContexts() {}

  /** The mail server of a test's application; empty where it is no application of Spring's. */
  static Optional<TestMail> mail(ExtensionContext test) {
    return isOfSpring(test) ? Asked.mail(test) : Optional.empty();
  }

  private static boolean isOfSpring(ExtensionContext test) {
    for (Class<?> at = test.getTestClass().orElse(null); at != null; at = at.getEnclosingClass()) {
      for (ExtendWith extended :
          AnnotationSupport.findRepeatableAnnotations(at, ExtendWith.class)) {
        if (Stream.of(extended.value()).anyMatch(one -> one.getName().equals(EXTENSION))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Apart, because it is linked with Spring's classes. */
  private static final class Asked {
    static Optional<TestMail> mail(ExtensionContext test) {
      return Optional.ofNullable(
          SpringExtension.getApplicationContext(test)
              .getBeanProvider(TestMail.class)
              .getIfAvailable());
    }
  }
}
