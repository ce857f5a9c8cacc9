/**
 * For tests that were written for GreenMail: the methods that they use, by the names that they
 * know, over {@link org.postroom.testkit.TestMail}. Change the imports; {@code docs/testing.md}
 * says what differs. Needs Jakarta Mail, which such tests have. New tests begin at {@link
 * org.postroom.testkit.MailTest}.
 */
package org.postroom.testkit.greenmail;
