/** Requirements of XEP-0124 §4 to §9: HTTP, the wrapper, creation, sending and receiving, acknowledgements. */
export const XEP_0124 = `
B-5-01 | 5 | MUST | both | HTTP requirements of RFC 2616 (today RFC 9110/9112) hold for requests and responses
B-5-02 | 5 | MAY / SHOULD | both | Unknown HTTP headers may be present; receivers ignore them
B-5-03 | 5 | MAY | both | Headers not mandated by HTTP may be left out
B-5-04 | 5 | (fact) | both | One '<body/>' wrapper per HTTP body
B-5-05 | 5 | MUST | CL | All requests are POST
B-5-06 | 5 | MUST | CL | POST in any way allowed by HTTP/1.0 or 1.1 (persistent connections, several of them, or a new HTTP/1.0 connection per request)
B-5-07 | 5 | SHOULD NOT | both | No chunked transfer coding
B-5-08 | 5 | MAY | CL | 'Accept-Encoding' in any request
B-5-09 | 5 | MAY | CM | Response compressed with one of the codings listed in *that* request
B-5-10 | 5 | SHOULD / MAY | CL | Content-Type 'text/xml; charset=utf-8'; another value if the client is constrained
B-5-11 | 5 | SHOULD | both | Ignore the received Content-Type
B-4-01 | 4 | (descr.) | CM | "Two-connection rule": a new request while one is held makes the CM answer the held one at once (maybe empty) and hold the new one; the sockets switch roles
B-6-01 | 6 | (fact) | both | Wrapper is 'body' in 'http://jabber.org/protocol/httpbind'
B-6-02 | 6 | MUST | both | Wrapper and content are XML 1.0
B-6-03 | 6 | SHOULD | both | Conforms to Namespaces in XML
B-6-04 | 6 | MUST NOT | both | No partial elements, comments, processing instructions, DTD subsets, entity references other than the five predefined
B-6-05 | 6 | MUST NOT | both | No character data directly in the wrapper (children may have it)
B-6-06 | 6 | MUST | both | Zero or more complete child elements
B-6-07 | 6 | MAY | both | Payloads of any namespace
B-6-08 | 6 | MUST | CL | Every request has a sequential 'rid'
B-7.1-01 | 7.1 | SHOULD | CL | First request has 'to', 'xml:lang', 'ver', 'wait', 'hold'
B-7.1-02 | 7.1 | SHOULD NOT | CL | … and no other request has them (except add-stream/restart)
B-7.1-03 | 7.1 | (fact) | CM | 'to' = served domain
B-7.1-04 | 7.1 | (fact) | CM | 'xml:lang' = default language of the session's text
B-7.1-05 | 7.1 | MAY / MUST | both | 'ver' = 'major.minor'; minor may have several digits and MUST be compared as an integer
B-7.1-06 | 7.1 | (fact) | CM | 'wait' = longest time the CM may hold any request of the session
B-7.1-07 | 7.1 | (fact) / SHOULD | CM / CL | 'hold' = number of requests the CM may keep waiting; reuse-capable clients use 1
B-7.1-08 | 7.1 | MAY / NOT RECOMMENDED | CL | Polling-only clients set 'wait' or 'hold' to 0
B-7.1-09 | 7.1 | MAY | CM | Proxy CM for several domains/servers
B-7.1-10 | 7.1 (n.17) | SHOULD / MAY / MUST NOT | CL / CM | 'route='proto:host:port'' for proxy CMs; a CM with a fixed list may ignore it; never parsed as URI/IRI
B-7.1-11 | 7.1 | MAY | CL | 'from' = originator identity of the first stream
B-7.1-12 | 7.1 | MAY | CL | 'ack='1'' announces client response-acks; then absence of 'ack' has meaning
B-7.1-13 | 7.1 | MAY / MUST | CL / CM | 'content' value MUST be the Content-Type of **all** responses of the session
B-7.1-14 | 7.1 | MUST | CM | Without 'content': 'text/xml; charset=utf-8'
B-7.1-15 | 7.1 | MUST | CL | Every later request has a valid 'sid'
B-7.1-16 | 7.1 | MUST NOT | CL | First request has no 'sid'
B-7.1-17 | (v1.5-1.7) | obsolete | both | 'secure='true'' in the request: old CMs had to answer remote-connection-failed if their link to the server was not secure, and 'secure' in C; removed in v1.8
B-7.2-01 | 7.2, 19.3 | MUST | CM | SID opaque, unpredictable, unique in the CM, non-repeating
B-7.2-02 | 7.2 | MUST | CM | C has 'sid', 'wait', 'requests'
B-7.2-03 | 7.2 | SHOULD NOT | CM | … and no other response has 'sid', 'wait', 'requests'
B-7.2-04 | 7.2 | MUST | CM | granted 'wait' ≤ requested
B-7.2-05 | 7.2 | must / RECOMMENDED | CM | 'requests' > requested 'hold'; recommended hold+1
B-7.2-06 | 7.2 | SHOULD / SHOULD NOT | CM | C also has 'ver', 'polling', 'inactivity', 'hold', 'from'; other responses do not (except late 'from')
B-7.2-07 | 7.2 | (fact) | CM | 'ver' = lower of both sides
B-7.2-08 | 7.2 | (fact) | CM | 'polling' = shortest allowed polling interval, s
B-7.2-09 | 7.2 | (fact) | CM | 'inactivity' = longest allowed inactivity, s
B-7.2-10 | 7.2 | MUST NOT | CM | granted 'hold' not greater than requested
B-7.2-11 | 7.2 | (fact) | CM | 'from' = identity of the backend server
B-7.2-12 | 7.2 | MAY | CM | 'accept' = comma-separated content codings it can decompress
B-7.2-13 | 7.2 | MAY | CL | Later requests compressed with a listed coding
B-7.2-14 | 7.2 | MAY | CM | 'ack' = rid of the creation request announces request-acks
B-7.2-15 | 7.2 | SHOULD | CM | If pausing is supported, 'maxpause' in C
B-7.2-16 | 7.2 | SHOULD | both | Wrapper UTF-8 encoded
B-7.2-17 | 7.2 | MAY / OPTIONAL | CM | Conversion when Content-Type names another charset
B-7.2-18 | 7.2 (n.18) | MAY / SHOULD | CM | 'charsets' = space-separated list of NMTOKENs
B-7.2-19 | 7.2 | MAY | CM | 'from' in C or, when learnt later, in any later response
B-8-01 | 8 | SHOULD | CM | Forward payloads to the server as soon as possible
B-8-02 | 8 | MUST | CM | Forward payloads of different requests in 'rid' order
B-8-03 | 8 | MUST | CM | Answer HTTP 200 with '<body/>'; it says nothing about delivery
B-8-04 | 8 | RECOMMENDED | CM | No result until a payload arrives
B-8-05 | 8 | SHOULD NOT | CM | Not longer than 'wait'
B-8-06 | 8 | SHOULD NOT | CM | Not more held requests than 'hold'
B-8-07 | 8, 14.2 | MUST | CM | Respond in 'rid' order
B-8-08 | 8 | SHOULD | CM | Nothing to say at W -> empty '<body/>'
B-8-09 | 8 | SHOULD | CM | Return received payloads as soon as possible
B-8-10 | 8 | MAY | CL | Empty '<body/>' polls for payloads
B-8-11 | 8 | MUST | CM | Empty request is held and answered by the same rules as one with payloads
B-8-12 | 8 | (example 6) | CM | Payloads of several namespaces may share one body
B-9.1-01 | 9.1 | MAY | CM | When answering a held request after a higher rid arrived, acknowledge it
B-9.1-02 | 9.1 | MAY | CM | 'ack' = highest rid received with all lower ones received
B-9.1-03 | 9.1 | MUST | CM | If it acks, 'ack' in C and on responses throughout
B-9.1-04 | 9.1 | SHOULD NOT | CM | No 'ack' when it would equal the rid being answered
B-9.1-05 | 9.1 | (fact) | CL | Missing/low 'ack' is an early loss warning for the client
B-9.2-01 | 9.2 | MAY | CL | Request 'ack' = highest rid whose response and all earlier ones were received
B-9.2-02 | 9.2 | MUST | CL | Client that acks sends 'ack='1'' in the creation request and acks throughout
B-9.2-03 | 9.2 | SHOULD NOT | CL | No 'ack' when all responses were received
B-9.2-04 | 9.2 | MAY | CM | 'ack' < rid of last answered request -> may answer the next request at once
B-9.2-05 | 9.2 | SHOULD | CM | … with 'report' = ack+1 and 'time' = ms since that response
B-9.2-06 | 9.2 | MAY | CL | On 'report', resend the request whose response is missing
`;
