/** Requirements of XEP-0124 §4 to §9: HTTP, the wrapper, creation, sending and receiving, acknowledgements. */
export const XEP_0124 = `
B-4-01 | 4 | (descr.) | CM | Two connections suffice: a request that comes while another is held frees that one at once, and is held in its place
B-5-01 | 5 | MUST | both | Requests and responses are correct HTTP messages
B-5-02 | 5 | MAY / SHOULD | both | HTTP headers that the receiver does not know are left unread, and do no harm
B-5-03 | 5 | MAY | both | Headers that HTTP itself does not demand may be missing
B-5-04 | 5 | (fact) | both | An HTTP body is exactly one wrapper
B-5-05 | 5 | MUST | CL | Every request is a POST
B-5-06 | 5 | MUST | CL | Requests may come over any kind of connection that HTTP/1.0 or 1.1 knows: kept alive, one of several, or a new one each time
B-5-07 | 5 | SHOULD NOT | both | Chunked transfer coding is not used
B-5-08 | 5 | MAY | CL | A request may say which content codings its response may have
B-5-09 | 5 | MAY | CM | A response may be compressed, but only in a coding that its own request listed
B-5-10 | 5 | SHOULD / MAY | CL | Requests are labelled 'text/xml; charset=utf-8', or otherwise where the client cannot choose
B-5-11 | 5 | SHOULD | both | The Content-Type of what is received does not matter
B-6-01 | 6 | (fact) | both | The wrapper is an element 'body' of the namespace 'http://jabber.org/protocol/httpbind'
B-6-02 | 6 | MUST | both | The wrapper and all in it are XML 1.0
B-6-03 | 6 | SHOULD | both | Namespaces are used correctly: every prefix is declared
B-6-04 | 6 | MUST NOT | both | No half elements, comments, processing instructions, document types, or entities beyond the five that XML predefines
B-6-05 | 6 | MUST NOT | both | No text directly in the wrapper; its children may have some
B-6-06 | 6 | MUST | both | The wrapper holds any number of whole elements, also none
B-6-07 | 6 | MAY | both | Payloads may be of any namespace
B-6-08 | 6 | MUST | CL | Every request has a 'rid' that continues the sequence
B-7.1-01 | 7.1 | SHOULD | CL | The creation request has 'to', 'xml:lang', 'ver', 'wait' and 'hold'
B-7.1-02 | 7.1 | SHOULD NOT | CL | Later requests do not have these attributes, unless they add or restart a stream
B-7.1-03 | 7.1 | (fact) | CM | 'to' names the domain that the client wants to reach
B-7.1-04 | 7.1 | (fact) | CM | 'xml:lang' is the language of the session's text where nothing else says so
B-7.1-05 | 7.1 | MAY / MUST | both | 'ver' is two integers with a dot between; the second is compared as a number, so that 1.10 comes after 1.9
B-7.1-06 | 7.1 | (fact) | CM | 'wait' limits how long any request of the session is held
B-7.1-07 | 7.1 | (fact) / SHOULD | CM / CL | 'hold' limits how many requests are held; clients that can reuse connections ask for 1
B-7.1-08 | 7.1 | MAY / NOT RECOMMENDED | CL | A client that can only poll asks for a 'wait' or a 'hold' of 0
B-7.1-09 | 7.1 | MAY | CM | One connection manager may serve several domains
B-7.1-10 | 7.1 (n.17) | SHOULD / MAY / MUST NOT | CL / CM | 'route' tells a proxy where to connect; it may be ignored, and is not a URI
B-7.1-11 | 7.1 | MAY | CL | 'from' tells who opens the first stream
B-7.1-12 | 7.1 | MAY | CL | 'ack' of 1 in the creation request announces that the client will acknowledge responses
B-7.1-13 | 7.1 | MAY / MUST | CL / CM | The value of 'content' becomes the Content-Type of every response of the session
B-7.1-14 | 7.1 | MUST | CM | Without 'content' every response has the Content-Type 'text/xml; charset=utf-8'
B-7.1-15 | 7.1 | MUST | CL | Every later request has the 'sid' of its session
B-7.1-16 | 7.1 | MUST NOT | CL | A creation request has no 'sid'
B-7.1-17 | (v1.5-1.7) | obsolete | both | 'secure', which earlier versions had, asks whether the link behind the connection manager is secure
B-7.2-01 | 7.2, 19.3 | MUST | CM | A 'sid' cannot be guessed, says nothing, and never comes twice
B-7.2-02 | 7.2 | MUST | CM | The creation response has 'sid', 'wait' and 'requests'
B-7.2-03 | 7.2 | SHOULD NOT | CM | No other response has them
B-7.2-04 | 7.2 | MUST | CM | The granted 'wait' is at most the one that was asked for
B-7.2-05 | 7.2 | must / RECOMMENDED | CM | 'requests' is greater than the 'hold' that was asked for, best by one
B-7.2-06 | 7.2 | SHOULD / SHOULD NOT | CM | The creation response also has 'ver', 'polling', 'inactivity', 'hold' and 'from'; no other has, but for a late 'from'
B-7.2-07 | 7.2 | (fact) | CM | 'ver' is the lower version of the two sides
B-7.2-08 | 7.2 | (fact) | CM | 'polling' is how far apart empty requests must be, in seconds
B-7.2-09 | 7.2 | (fact) | CM | 'inactivity' is how long the client may be silent, in seconds
B-7.2-10 | 7.2 | MUST NOT | CM | The granted 'hold' does not exceed the one that was asked for
B-7.2-11 | 7.2 | (fact) | CM | 'from' names the server behind the connection manager
B-7.2-12 | 7.2 | MAY | CM | 'accept' lists the content codings in which requests may come
B-7.2-13 | 7.2 | MAY | CL | Later requests may be compressed in one of them
B-7.2-14 | 7.2 | MAY | CM | 'ack' with the rid of the creation request announces that requests will be acknowledged
B-7.2-15 | 7.2 | SHOULD | CM | Where pauses are supported, 'maxpause' tells how long one may be
B-7.2-16 | 7.2 | SHOULD | both | Wrappers are UTF-8
B-7.2-17 | 7.2 | MAY / OPTIONAL | CM | A request in another charset, named by its Content-Type, may be converted
B-7.2-18 | 7.2 (n.18) | MAY / SHOULD | CM | 'charsets' lists those charsets, with spaces between
B-7.2-19 | 7.2 | MAY | CM | 'from' comes in the creation response, or in a later one when it is known only then
B-8-01 | 8 | SHOULD | CM | Payloads go on to the server without delay
B-8-02 | 8 | MUST | CM | Payloads of several requests go on in the order of their rids
B-8-03 | 8 | MUST | CM | A request is answered with status 200 and a wrapper, which says nothing about what becomes of its payloads
B-8-04 | 8 | RECOMMENDED | CM | A request is held until there is a payload for the client
B-8-05 | 8 | SHOULD NOT | CM | No request is held for longer than 'wait'
B-8-06 | 8 | SHOULD NOT | CM | No more than 'hold' requests are held at a time
B-8-07 | 8, 14.2 | MUST | CM | Responses leave in the order of the rids
B-8-08 | 8 | SHOULD | CM | A request for which nothing came within 'wait' gets an empty wrapper
B-8-09 | 8 | SHOULD | CM | Payloads for the client leave without delay
B-8-10 | 8 | MAY | CL | An empty wrapper asks for payloads
B-8-11 | 8 | MUST | CM | A request without payload is treated like one with payload
B-8-12 | 8 | (example 6) | CM | One wrapper may hold payloads of several namespaces
B-9.1-01 | 9.1 | MAY | CM | A response to a request tells which later ones have come
B-9.1-02 | 9.1 | MAY | CM | Its 'ack' is the highest rid up to which nothing is missing
B-9.1-03 | 9.1 | MUST | CM | Who acknowledges requests does so from the creation response to the end
B-9.1-04 | 9.1 | SHOULD NOT | CM | 'ack' is left out where it would be the rid of the request that is answered
B-9.1-05 | 9.1 | (fact) | CL | An 'ack' that is lower than expected warns the client early of a loss
B-9.2-01 | 9.2 | MAY | CL | 'ack' in a request is the highest rid up to which every response has come
B-9.2-02 | 9.2 | MUST | CL | A client that acknowledges announces it with 'ack' of 1 at creation, and does so throughout
B-9.2-03 | 9.2 | SHOULD NOT | CL | A client that has received all responses leaves 'ack' out
B-9.2-04 | 9.2 | MAY | CM | Where an 'ack' shows that a response is missing, the next request may be answered at once
B-9.2-05 | 9.2 | SHOULD | CM | That answer has 'report', the rid of the first missing response, and 'time', its age in milliseconds
B-9.2-06 | 9.2 | MAY | CL | The client may then repeat the request whose response is missing
`;
