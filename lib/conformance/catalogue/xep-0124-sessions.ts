/** Requirements of XEP-0124 §10 to §20: activity, ends, request ids, keys, streams, errors, security. */
export const XEP_0124_SESSIONS = `
B-10-01 | 10 | SHOULD / MUST | CL | A client of which no request is held sends one at once, and at the latest before 'inactivity' is over
B-10-02 | 10 | SHOULD | CM | A session that has had no request open for longer than 'inactivity' ends without a word
B-10-03 | 10 | SHOULD | CM | Requests that come later are answered as if there had never been such a session
B-10-04 | 10 | SHOULD | CM | Where 'inactivity' was not told, the client may be silent for as long as it likes
B-10-05 | 10 | SHOULD / RECOMMENDED | CM | For clients that do not poll, 'inactivity' is a little more than a slow round trip
B-10-06 | 10 | MAY | CL | A client may ask for a pause where 'maxpause' was told
B-10-07 | 10 | MUST NOT | CL | It does not ask for one where 'maxpause' was not told
B-10-08 | 10 | SHOULD | CM | A pause that is not too long is answered at once, and so is everything else that is held
B-10-09 | 10 | SHOULD | CM | The next silence may then last as long as the pause that was asked for
B-10-10 | 10 | MUST NOT | CM | The response to the pause request carries no payload
B-10-11 | 10 | MAY | CL | A pause may also be as long as 'inactivity' or shorter, to have everything answered or the limit lowered
B-10-12 | 10 | SHOULD | CM | The next request brings the normal limit back
B-11-01 | 11 | SHOULD NOT | CL | No more than 'requests' requests are open at a time
B-11-02 | 11 | MAY | CL | A pause or the end of the session may be one more
B-11-03 | 11 | SHOULD | CM | Too many requests without answer, of which the last is neither pause nor end, are a 'policy-violation'
B-11-04 | 11 | MUST | CM | Where 'requests' was not told, any number may be open
B-11-05 | 11 | SHOULD | CM | Empty requests that fill up 'requests' faster than 'polling' allows are a 'policy-violation'
B-11-06 | 11 | MUST | CM | Where 'polling' was not told, requests may follow each other as fast as the client likes
B-12-01 | 12 | SHOULD | CL | A client with a single connection asks for a 'wait' or a 'hold' of 0, and polls
B-12-02 | 12 | MAY / NOT RECOMMENDED | CM | The connection manager may make a client poll by granting one request at a time
B-12-03 | 12 | SHOULD | CM | Polling clients get a longer 'inactivity', by more than 'polling'
B-12-04 | 12 | SHOULD | CM | Two empty requests closer together than 'polling', the first of them answered without payload, are a 'policy-violation'
B-12-05 | 12 | MUST | CM | Where 'polling' was not told, a client may poll as fast as it likes
B-13-01 | 13 | MAY | CL | A request of type 'terminate' ends the session at any time
B-13-02 | 13 | MUST | CM | The payloads of that request still go on to the server
B-13-03 | 13 | SHOULD NOT | CL | They are none that want an answer
B-13-04 | 13 | SHOULD | CM | The oldest open request is answered with 'terminate', every other, also the one that asked for the end, with an empty wrapper
B-13-05 | 13 | MUST | CL | For the client the session is then over
B-13-06 | 13 | (fact) | CM | The end takes its turn: requests with lower rids are processed before
B-14.1-01 | 14.1, 19.3 | MUST | CL | The first rid is large and cannot be guessed; each later one is greater by one
B-14.1-02 | 14.1 (n.19) | MUST | CL | No rid is greater than 9007199254740991
B-14.2-01 | 14.2 | MUST | CM | Requests are processed and answered in the order of their rids
B-14.2-02 | 14.2 | MUST | CL | The client processes responses in the order of its requests
B-14.2-03 | 14.2 | SHOULD | CM | A rid may be ahead of the highest one in sequence by as many as 'requests'
B-14.2-04 | 14.2 | MUST | CM | A rid further ahead ends the session with 'item-not-found'
B-14.3-01 | 14.3 | SHOULD | CM | The responses to recent requests are remembered, except those to pauses and those that were errors
B-14.3-02 | 14.3 | SHOULD | CM | A request that comes again gets the same XML as the first time, with status 200
B-14.3-03 | 14.3 | SHOULD | CM | As many responses are remembered as 'requests' says, or all that are not acknowledged yet
B-14.3-04 | 14.3 | MAY | CL | A request whose connection broke may be sent again, exactly as it was
B-14.3-05 | 14.3 | SHOULD | CM | Where the first copy is not answered yet, it gets a recoverable error, and the newest copy the response
B-14.3-06 | 14.3 | MAY / SHOULD | CM | A request repeated too often is a 'policy-violation'
B-14.3-07 | 14.3 | MUST | CM | A request whose response is not remembered ends the session with 'item-not-found'
B-14.3-08 | 14.3 | (fact) | CM | The error is the same whether a rid is too low or too high
B-15.1-01 | 15.1 | OPTIONAL / MAY | both | Sessions that are not secure may be protected by a sequence of keys
B-15.1-02 | 15.1 | SHOULD | both | A session is secure when all its requests come over TLS and its 'sid' cannot be guessed
B-15.2-01 | 15.2 | MAY | both | The requests of one session may come over different connections
B-15.3-01 | 15.3 | MUST | CL | Neither the length nor the seed of a key sequence can be guessed
B-15.3-02 | 15.3 | MUST | both | Each key is the hexadecimal SHA-1 of the characters of the one before
B-15.3-03 | 15.3 | SHOULD | CM | Keys are compared without regard to case
B-15.4-01 | 15.4 | MUST | CL | The creation request has the last key of the sequence as 'newkey'
B-15.4-02 | 15.4 | MUST | CL | Every later request has the next lower key as 'key'
B-15.4-03 | 15.4 | MAY | CM | A key is right when it hashes to the 'newkey' of the request before, or else to its 'key'
B-15.4-04 | 15.4 | MUST NOT / MUST | CM | A request with a wrong key, or without one that is due, is not processed, and ends the session with 'item-not-found'
B-15.5-01 | 15.5 | SHOULD / MUST | CL | A sequence is long; when it is used up the client goes over to a new one
B-15.5-02 | 15.5 | MUST | CL | The request that does so has the next old key as 'key' and the last new one as 'newkey'
B-16.1-01 | 16.1 | OPTIONAL | both | One session may carry several XML streams
B-16.2-01 | 16.2 | MUST | CM | Who supports that tells the name of the first as 'stream' in the creation response
B-16.2-02 | 16.2 | MUST | CL | A client that is told no 'stream' takes it that there can only be one
B-16.2-03 | 16.2 | MUST | CM | Stream names cannot be guessed, say nothing, and never come twice
B-16.3-01 | 16.3 | MAY / MUST / SHOULD / SHOULD NOT | CL | An empty request with 'to' adds a stream; it negotiates nothing about the session
B-16.3-02 | 16.3 | MUST | CM | Who supports one stream only treats it as the empty request that it is
B-16.3-03 | 16.3 | MUST | CM | Who supports several opens a stream, and answers with its name
B-16.3-04 | 16.3 | MAY / SHOULD NOT | CM | That answer may have 'from', but none of the attributes that belong to the session
B-16.3-05 | 16.3 | MAY / MUST | CM | A late 'from' names the 'stream' that it belongs to
B-16.4-01 | 16.4 | MUST | CM | With more than one stream, every wrapper with payload names its 'stream', and holds payloads of that one only
B-16.4-02 | 16.4 | SHOULD / MAY | CL | The client names the stream of its payloads, or none to reach all
B-16.4-03 | 16.4 | MUST NOT | both | No wrapper mixes payloads of several streams
B-16.4-04 | 16.4 | SHOULD / MAY | CM | A stream name that is not known ends the session with 'item-not-found'; payloads for one that was closed a moment ago may be dropped
B-16.4-05 | 16.4 | SHOULD NOT / SHOULD | both | Empty wrappers name no stream; where one does, it is ignored
B-16.4-06 | 16.4 | MAY | CM | The response to a request of one stream may carry payloads of another of the same session
B-16.4-07 | 16.4 | MUST | CL | Payloads for the client that name no stream are of the first one, even when it is closed
B-16.4-08 | 16.4 (n.25) | MUST | CM | Payloads of the client that name no stream go to all that are open
B-16.5-01 | 16.5 | MAY | CL | A 'terminate' that names a stream closes that one
B-16.5-02 | 16.5 | MUST | CM | The session ends with its last stream
B-16.5-03 | 16.5 | MUST | CM | A 'terminate' that names no stream has its payloads go to all of them, and closes all
B-16.6-01 | 16.6 | MAY / MUST / SHOULD NOT | CM | A fatal error that names a stream closes that one and leaves the others
B-16.6-02 | 16.6 | MUST | both | A fatal error that names none closes them all, and ends the session
B-17.1-01 | 17.1 | SHOULD NOT | CM | Clients that told a version get no HTTP error codes
B-17.1-02 | 17.1 | (def.) | CM | A client that sends no 'ver' at creation is of the old kind
B-17.1-03 | 17.1 | MUST / MAY | CL | For old clients the statuses 400, 403 and 404 are the end of the session
B-17.1-04 | 17.1, 17.2* | SHOULD | CM | They get 400 for 'bad-request'
B-17.1-05 | 17.1, 17.2* | SHOULD | CM | They get 403 for 'policy-violation'
B-17.1-06 | 17.1, 17.2* | SHOULD | CM | They get 404 for 'item-not-found'
B-17.1-07 | 17.1 | (fact) | CM | Every valid request gets status 200
B-17.2-01 | 17.2 | MAY | CM | Any response may be of type 'terminate': the session, or the stream that it names, is over
B-17.2-02 | 17.2 | SHOULD | CM | Errors of the XML stream are told as 'remote-stream-error' and in no other way
B-17.2-03 | 17.2 | SHOULD* | CM | 'bad-request': an HTTP header or the wrapper is not acceptable
B-17.2-04 | 17.2 | (def.) | CM | 'host-gone', 'host-unknown', 'improper-addressing': what 'to' may be wrong about
B-17.2-05 | 17.2 | (def.) | CM | 'internal-server-error': the connection manager is at fault
B-17.2-06 | 17.2 | (def.) | CM | 'other-request': another request of the session brought the end
B-17.2-07 | 17.2 | (def.) | CM | 'remote-connection-failed': the server behind a proxy cannot be reached
B-17.2-08 | 17.2 | (def.) | CM | 'see-other-uri': the client is to come to the URI in a child element
B-17.2-09 | 17.2 | (def.) | CM | 'system-shutdown': the connection manager stops, and takes no new sessions
B-17.2-10 | 17.2 | SHOULD | CM | 'undefined-condition': an error of the application, told by a child element
B-17.2-11 | 17.2 | MAY | CL | Clients may report errors of the wrapper, too
B-17.3-01 | 17.3 | MAY | CM | A response of type 'error' reports something that can be repaired; the session goes on
B-17.3-02 | 17.3 | MUST | CL | The client repairs it by repeating that request and all earlier ones without answer, as they were
B-17.3-03 | 17.3 | (fact) | CM | Such a response is not the answer to its request
B-17.4-01 | 17.4 | (fact) | CM | Errors of stanzas are payloads like any other
B-18.1-01 | 18.1 | SHOULD NOT | both | Requests are not pipelined
B-19.1-01 | 19.1 | SHOULD | both | HTTP is encrypted
B-19.1-02 | 19.1 | SHOULD / MAY | both | Encryption is the affair of HTTP, not of the payloads
B-19.1-03 | 19.1 | MUST | both | A session that was opened over TLS stays there with all its requests
B-19.1-04 | 19.1 | SHOULD | both | Where certificates are used, all connections of a session use the same
B-19.1-05 | 19.1 | SHOULD | CL | A client whose connections become less secure stops
B-19.1-06 | 19.1 | SHOULD / SHOULD NOT | CM | A request that comes over a less secure connection has that connection closed; the session lives on
B-19.2-01 | 19.2 | SHOULD | CM | The link to the server behind is encrypted, unless nobody else can get at it
B-19.2-02 | 19.2 | SHOULD | CL | Who wants privacy from the service itself encrypts from end to end
B-19.3-01 | 19.3 | MUST | both | Neither the 'sid' nor the first rid can be guessed, and neither comes twice
B-20-01 | 20 | OPTIONAL | CM | The registered port is 5280
`;
