/** What there is to say about a configuration. */
package org.postroom.core.report;
