/**
 * What the conversations of all protocols have in common, without their verbs: the rows of a
 * command table, the turns of a dialogue, the way to being logged in.
 */
package org.postroom.core.session;
