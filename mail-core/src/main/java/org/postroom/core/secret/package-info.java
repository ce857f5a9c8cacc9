/**
 * What must never be shown: passwords and tokens, in configuration as on their way, and who may get
 * at files.
 */
package org.postroom.core.secret;
