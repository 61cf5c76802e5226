/** Rules of ours that the XEPs do not state: HTTP, other origins, hardening. */
export const PROJECT_RULES = `
H-01 |  | MUST | CM | Every response, errors included, lets scripts of other origins read it: of any origin, or of those that are configured, and never with credentials unless they are
H-02 |  | MUST | CM | A preflight is answered, with or without an origin, and allows the methods and headers that BOSH clients use
H-03 |  | MUST | CM | No cookies
H-04 |  | MUST | CM | No response may be stored; conditional requests change nothing
H-05 |  | MUST | CM | Idle connections are kept for longer than a client may be silent; what a request says about its connection is heeded
H-06 |  | SHOULD | CM | GET and HEAD get a short page; other methods get 405 and the list of those that there are
H-07 |  | MUST | CM | The endpoint has a configurable path, and does not mind a slash at the end
H-08 |  | MUST | CM | A body that is too large ends the session that it names with 'policy-violation', or else gets 413
H-09 |  | MUST | CM | A request must arrive within a time limit; connections, sessions and creations are limited for each address
H-10 |  | MUST | CM | A session that does not authenticate is ended; what waits for one client is limited
H-11 |  | MUST | CM | Browsers are told not to guess content types, and not to run anything where 'content' makes a response look like a page
H-12 |  | MUST | CM | No sid, key, password or SASL payload is in a log or a URL
H-13 |  | SHOULD | CM | What a proxy says about the client is believed only of proxies that are configured
H-14 |  | MUST | CM | Every response is well-formed, and no attribute is there twice
`;
