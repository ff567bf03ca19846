/**
 * The policy that Grafana sends by default (`content_security_policy_template`), so that a panel which breaks
 * it breaks here first.
 *
 * @param {string} nonce
 */
export const contentSecurityPolicy = (nonce) =>
  [
    `script-src 'self' 'unsafe-eval' 'unsafe-inline' 'strict-dynamic' 'nonce-${nonce}'`,
    "object-src 'none'",
    "font-src 'self'",
    "style-src 'self' 'unsafe-inline' blob:",
    'img-src * data:',
    "base-uri 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "media-src 'none'",
    "form-action 'self'",
  ].join(';');
