/**
 * Asking policy servers: Postfix's policy delegation protocol, its connections and their bounds.
 */
package org.postroom.core.policy.service;
