/**
 * What may be said of a mail at each command of a client, for who writes restrictions of his own.
 */
package org.postroom.core.restriction;
