/** Who may log in, for who knows people or tokens of his own. */
package org.postroom.core.people;
