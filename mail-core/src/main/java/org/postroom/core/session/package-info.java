/** What the conversations of all protocols have in common, without their verbs. */
package org.postroom.core.session;
