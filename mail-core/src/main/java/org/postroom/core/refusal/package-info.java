/** What is thrown where something was not done, and whether trying again can help. */
package org.postroom.core.refusal;
