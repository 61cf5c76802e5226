/** Rules of ours that the XEPs do not state: HTTP, other origins, hardening. */
export const PROJECT_RULES = `
H-01 |  | MUST | CM | 'Access-Control-Allow-Origin' on every response of the endpoint, also errors; '*' by default, else allow-list echo + 'Vary: Origin'; never with credentials unless an explicit allow-list
H-02 |  | MUST | CM | Preflight 'OPTIONS' -> 204/200, 'Allow-Methods: POST, GET, OPTIONS', 'Allow-Headers' ⊇ requested of {content-type, content-encoding, x-requested-with, accept, authorization}, 'Max-Age: 86400'; also without 'Origin' it answers (MongooseIM #348)
H-03 |  | MUST | CM | No cookies set, none needed
H-04 |  | MUST | CM | 'Cache-Control: no-store'; no 'ETag', no 304
H-05 |  | MUST | CM | Keep-alive: idle connection kept ≥ I + W (Node default of 5 s is too short); 'Connection: close' honoured; HTTP/1.0 'keep-alive' honoured
H-06 |  | SHOULD | CM | 'GET'/'HEAD' endpoint: small HTML/plain page, 200; other methods 405 + 'Allow'
H-07 |  | MUST | CM | Endpoint answers with and without trailing slash, path configurable ('/http-bind' default, '/bosh' alias)
H-08 |  | MUST | CM | Max request body (default 256 KiB after inflation) -> session known: '[T:policy-violation]'; unknown: HTTP 413
H-09 |  | MUST | CM | Slow-loris: request must arrive within 30 s; per-IP limits on connections, unauthenticated sessions and creation rate (XEP-0205 §4.1-4.3)
H-10 |  | MUST | CM | Unauthenticated session ended after 30 s; total outbound queue limit per session (1 MiB / 1000 stanzas)
H-11 |  | MUST | CM | 'X-Content-Type-Options: nosniff'; for 'content' = HTML types 'Content-Security-Policy: default-src 'none'; sandbox'
H-12 |  | MUST | CM | 'sid', keys, SASL payloads never logged above debug; never in URLs
H-13 |  | SHOULD | CM | 'X-Forwarded-For/-Proto'/'Forwarded' trusted only from configured proxies; decides "secure" for B-19.1-06 and PLAIN
H-14 |  | MUST | CM | Every response (also '[T:…]') is well-formed with unique attributes (ejabberd #2790: duplicated 'polling' attribute when wait=0)
`;
