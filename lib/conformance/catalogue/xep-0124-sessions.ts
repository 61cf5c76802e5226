/** Requirements of XEP-0124 §10 to §20: activity, ends, request ids, keys, streams, errors, security. */
export const XEP_0124_SESSIONS = `
B-10-01 | 10 | SHOULD / MUST | CL | New request at once when none is held; at the latest before I expires
B-10-02 | 10 | SHOULD | CM | All requests answered and last response older than I -> end the session silently
B-10-03 | 10 | SHOULD | CM | Later requests: as if the session did not exist
B-10-04 | 10 | SHOULD | CM | Without 'inactivity' in C: unlimited
B-10-05 | 10 | SHOULD / RECOMMENDED | CM | Short I (a little above a bad round trip) for non-polling sessions
B-10-06 | 10 | MAY | CL | 'pause' when C had 'maxpause'
B-10-07 | 10 | MUST NOT | CL | No 'pause' when C had no 'maxpause'
B-10-08 | 10 | SHOULD | CM | 'pause' ≤ M: answer all pending requests at once, including this one
B-10-09 | 10 | SHOULD | CM | … and raise the inactivity limit to the value for now
B-10-10 | 10 | MUST NOT | CM | Response to the pause request has no payloads
B-10-11 | 10 | MAY | CL | 'pause' = I to flush held requests; 'pause' < I to shorten
B-10-12 | 10 | SHOULD | CM | Limit returns to I on the next request
B-11-01 | 11 | SHOULD NOT | CL | Not more than Q simultaneous requests
B-11-02 | 11 | MAY | CL | One more if it is pause or terminate
B-11-03 | 11 | SHOULD | CM | More than Q new requests unanswered and last is neither pause nor terminate -> '[T:policy-violation]'
B-11-04 | 11 | MUST | CM | Without 'requests' in C: unlimited
B-11-05 | 11 | SHOULD | CM | Q new requests unanswered, last one empty and not pause/terminate, last two < P apart -> '[T:policy-violation]'
B-11-06 | 11 | MUST | CM | Without 'polling' in C: any frequency
B-12-01 | 12 | SHOULD | CL | Single-connection clients set 'wait'/'hold' to 0 and poll
B-12-02 | 12 | MAY / NOT RECOMMENDED | CM | Forcing polling by 'requests='1''
B-12-03 | 12 | SHOULD | CM | Larger I; increase greater than P
B-12-04 | 12 | SHOULD | CM | Two consecutive empty new requests < P apart and the first response had no payload -> '[T:policy-violation]'
B-12-05 | 12 | MUST | CM | Without 'polling' in C: any frequency
B-13-01 | 13 | MAY | CL | 'type='terminate'' ends the session at any time
B-13-02 | 13 | MUST | CM | Payloads of the terminate request are forwarded to the server
B-13-03 | 13 | SHOULD NOT | CL | These payloads need no answer
B-13-04 | 13 | SHOULD | CM | Oldest open request gets '[T]'; all other open ones, and the terminate request when it is not the oldest, get '[E]'
B-13-05 | 13 | MUST | CL | Client regards the session as ended
B-13-06 | 13 | (fact) | CM | Terminate waits for earlier rids
B-14.1-01 | 14.1, 19.3 | MUST | CL | Initial rid large, random, positive, unpredictable, non-repeating; +1 per request
B-14.1-02 | 14.1 (n.19) | MUST | CL | rid never exceeds 9007199254740991
B-14.2-01 | 14.2 | MUST | CM | Forward and respond in rid order
B-14.2-02 | 14.2 | MUST | CL | Client processes responses in request order
B-14.2-03 | 14.2 | SHOULD | CM | Window: last in-order rid + 1 … + Q
B-14.2-04 | 14.2 | MUST | CM | rid above the window -> end the session with 'item-not-found'
B-14.3-01 | 14.3 | SHOULD | CM | Remember rid + response body of recent non-pause requests that ended without HTTP/binding error
B-14.3-02 | 14.3 | SHOULD | CM | Received rid again -> HTTP 200 with the buffered original XML
B-14.3-03 | 14.3 | SHOULD | CM | Buffer size = Q, or with acks = number of unacknowledged responses
B-14.3-04 | 14.3 | MAY | CL | Resend an exact copy after a broken connection
B-14.3-05 | 14.3 | SHOULD | CM | Same rid while the first is still unanswered: the first gets '[R]' at once, the future response goes to the newest
B-14.3-06 | 14.3 | MAY / SHOULD | CM | Limit repeats of one rid; beyond it '[T:policy-violation]'
B-14.3-07 | 14.3 | MUST | CM | Original response not available -> '[T:item-not-found]'
B-14.3-08 | 14.3 | (fact) | CM | Error identical for too large and too small rid
B-15.1-01 | 15.1 | OPTIONAL / MAY | both | Key sequencing for sessions that are not secure
B-15.1-02 | 15.1 | SHOULD | both | Session counts as secure only if all requests are TLS and the SID is unpredictable
B-15.2-01 | 15.2 | MAY | both | Requests of one session may come over different sockets
B-15.3-01 | 15.3 | MUST | CL | Unpredictable n and seed
B-15.3-02 | 15.3 | MUST | both | Hash is SHA-1; K(i) = hex(SHA-1(K(i-1))) over the hex **string**
B-15.3-03 | 15.3 | SHOULD | CM | Compare case-insensitively
B-15.4-01 | 15.4 | MUST | CL | First request has 'newkey' = K(n)
B-15.4-02 | 15.4 | MUST | CL | Every later request has 'key' = next lower K
B-15.4-03 | 15.4 | MAY | CM | Verify SHA-1(key) = previous 'newkey', else previous 'key'
B-15.4-04 | 15.4 | MUST NOT / MUST | CM | Wrong key, or missing key when expected: do not process, end the session, 'item-not-found'
B-15.5-01 | 15.5 | SHOULD / MUST | CL | High n; at K(1) switch to a new sequence
B-15.5-02 | 15.5 | MUST | CL | Switch request has 'key' = K(1) old (last value) and 'newkey' = K(n) new
B-16.1-01 | 16.1 | OPTIONAL | both | Several XML streams in one session
B-16.2-01 | 16.2 | MUST | CM | Supporting CM puts 'stream' in C
B-16.2-02 | 16.2 | MUST | CL | No 'stream' in C -> client assumes no support
B-16.2-03 | 16.2 | MUST | CM | Stream names opaque, unpredictable, unique in the CM
B-16.3-01 | 16.3 | MAY / MUST / SHOULD / SHOULD NOT | CL | Add stream: empty body with 'to', valid 'sid'+'rid', 'xml:lang'; 'route'/'from' allowed; no 'ver','content','hold','wait'
B-16.3-02 | 16.3 | MUST | CM | Feature off: ignore the extra attributes, treat as a normal empty request
B-16.3-03 | 16.3 | MUST | CM | Feature on: open a stream, new name, respond with it
B-16.3-04 | 16.3 | MAY / SHOULD NOT | CM | Response may have 'from'; not 'sid','requests','polling','hold','inactivity','maxpause','accept','charsets','ver','wait'
B-16.3-05 | 16.3 | MAY / MUST | CM | Late 'from' for an added stream also has 'stream'
B-16.4-01 | 16.4 | MUST | CM | > 1 stream: every non-empty body has 'stream'; all payloads of one body belong to it
B-16.4-02 | 16.4 | SHOULD / MAY | CL | Client names the stream or omits it to broadcast
B-16.4-03 | 16.4 | MUST NOT | both | No body mixes streams
B-16.4-04 | 16.4 | SHOULD / MAY | CM | Unknown stream name -> '[T:item-not-found]'; just-closed stream -> may ignore silently
B-16.4-05 | 16.4 | SHOULD NOT / SHOULD | both | Empty bodies without 'from' carry no 'stream'; receiver ignores it
B-16.4-06 | 16.4 | MAY | CM | Response's stream may differ from the request's; always the same session
B-16.4-07 | 16.4 | MUST | CL | No 'stream' from the CM -> payload is for the first stream, even if closed
B-16.4-08 | 16.4 (n.25) | MUST | CM | No 'stream' from the client -> broadcast payloads (any type) over all open streams
B-16.5-01 | 16.5 | MAY | CL | Close one stream: terminate + 'stream'
B-16.5-02 | 16.5 | MUST | CM | Last stream closed -> session ends
B-16.5-03 | 16.5 | MUST | CM | terminate without 'stream' -> payloads to all streams, close all, end session
B-16.6-01 | 16.6 | MAY / MUST / SHOULD NOT | CM | Fatal error with 'stream' closes that stream only
B-16.6-02 | 16.6 | MUST | both | Fatal error without 'stream' closes all streams and the session
B-17.1-01 | 17.1 | SHOULD NOT | CM | Non-legacy CM sends no HTTP error codes to non-legacy clients
B-17.1-02 | 17.1 | (def.) | CM | Legacy client = creation request without 'ver'
B-17.1-03 | 17.1 | MUST / MAY | CL | Legacy client treats 400/403/404 as end of session; a non-legacy client talking to a non-legacy CM may regard it as alive
B-17.1-04 | 17.1, 17.2* | SHOULD | CM | Legacy: 'bad-request' -> HTTP 400
B-17.1-05 | 17.1, 17.2* | SHOULD | CM | Legacy: 'policy-violation' -> HTTP 403
B-17.1-06 | 17.1, 17.2* | SHOULD | CM | Legacy: 'item-not-found' -> HTTP 404 (bad sid/stream/rid window/buffer/key)
B-17.1-07 | 17.1 | (fact) | CM | 200 for every valid request; no other codes were ever defined by BOSH
B-17.2-01 | 17.2 | MAY | CM | Any response may carry 'type='terminate'' = session over (unless 'stream')
B-17.2-02 | 17.2 | SHOULD | CM | Fatal XMPP stream errors only as 'remote-stream-error'
B-17.2-03 | 17.2 | SHOULD* | CM | bad-request: HTTP header or binding element unacceptable
B-17.2-04 | 17.2 | (def.) | CM | host-gone / host-unknown / improper-addressing
B-17.2-05 | 17.2 | (def.) | CM | internal-server-error
B-17.2-06 | 17.2 | (def.) | CM | other-request: a concurrent request caused the end
B-17.2-07 | 17.2 | (def.) | CM | remote-connection-failed
B-17.2-08 | 17.2 | (def.) | CM | see-other-uri: child '<uri/>' with the URI to use
B-17.2-09 | 17.2 | (def.) | CM | system-shutdown: CM stopping, no new sessions
B-17.2-10 | 17.2 | SHOULD | CM | undefined-condition: with application-specific content
B-17.2-11 | 17.2 | MAY | CL | Client may report binding errors
B-17.3-01 | 17.3 | MAY | CM | Recoverable error 'type='error'', session lives
B-17.3-02 | 17.3 | MUST | CL | To recover: repeat that request and all earlier unanswered ones, identical
B-17.3-03 | 17.3 | (fact) | CM | '[R]' is not stored as the answer of that rid
B-17.4-01 | 17.4 | (fact) | CM | Stanza errors are payloads, session lives
B-18.1-01 | 18.1 | SHOULD NOT | both | No HTTP pipelining (POST is not idempotent)
B-19.1-01 | 19.1 | SHOULD | both | Encrypted HTTP
B-19.1-02 | 19.1 | SHOULD / MAY | both | TLS at transport/HTTP layer, not in the payload
B-19.1-03 | 19.1 | MUST | both | Session opened over TLS -> all its requests over TLS
B-19.1-04 | 19.1 | SHOULD | both | Same client certificate on all connections of the session (if certificates were exchanged)
B-19.1-05 | 19.1 | SHOULD | CL | Client stops when the CM downgrades or changes certificate
B-19.1-06 | 19.1 | SHOULD / SHOULD NOT | CM | Request of a secure session on an unencrypted/other-certificate connection: close the connection, do **not** end the session
B-19.2-01 | 19.2 | SHOULD | CM | Encrypt CM-to-server link unless same machine / private network
B-19.2-02 | 19.2 | SHOULD | CL | End-to-end encryption if privacy from the service is wanted
B-19.3-01 | 19.3 | MUST | both | SID and initial rid unpredictable and non-repeating
B-20-01 | 20 | OPTIONAL | CM | Port 5280 ('xmpp-bosh')
`;
