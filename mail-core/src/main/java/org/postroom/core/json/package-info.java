/** JSON as values. */
package org.postroom.core.json;
