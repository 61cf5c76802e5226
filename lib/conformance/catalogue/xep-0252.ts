/** Requirements of XEP-0252. */
export const XEP_0252 = `
J-1-01 | 1 | MAY | CL | Only if the pure syntax is impossible
J-2.1-01 | 2.1 | SHOULD | CM | Not supported: 'item-not-found' in script syntax or HTTP 404
J-2.1-02 | 2.1 | MUST | both | Supported: the whole session uses script syntax
J-2.1-03 | 2.1, 2.3 | MUST | CM | No line breaks in the response
J-2.2-01 | 2.2 | SHOULD | CL | Percent-encode the body in the query
J-2.2-02 | 2.2 | MUST | CL | '?' + encoded body appended to the CM URI; sent by GET; no-cache request headers
J-2.2-03 | 2.2 | MUST | both | Content between body tags is an octet stream, may split stanzas over several requests; not parsed in isolation
J-2.3-01 | 2.3 | MUST | CM | Escape '"', LF, CR, U+2028, U+2029, '\\' and all Cf characters
J-2.3-02 | 2.3 | MUST | CM | Prefix '_BOSH_("', suffix '")'
J-2.3-03 | 2.3 | MUST | CM | Content-Type 'text/javascript; charset=utf-8' (or application/x-javascript) unless 'content'
J-2.3-04 | 2.3, 4 | MUST | CM | No-cache/no-store headers on all responses
J-2.3-05 | 2.3 | MUST | CM | Bodies to the client hold whole stanzas
J-4-01 | 4 | MUST / MUST NOT | CL | Use only with trusted CMs; never unencrypted if the client itself came over TLS
`;
