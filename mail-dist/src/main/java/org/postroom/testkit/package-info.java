/**
 * The JUnit 5 fixture: a whole mail server for one test class, on free ports, in memory, with its
 * own certificate authority and a clock that the test advances. Begin at {@link
 * org.postroom.testkit.MailTest}.
 */
package org.postroom.testkit;
