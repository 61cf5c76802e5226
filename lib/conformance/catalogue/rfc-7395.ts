/** Requirements of RFC 7395, XMPP over WebSocket, and rules of ours beside it. */
export const RFC_7395 = `
W-3.1-01 | 3.1 | MUST | CL | The handshake offers the subprotocol 'xmpp'
W-3.1-02 | 3.1 | MUST | server | The server chooses 'xmpp' where the connection is to carry XMPP
W-3.1-03 | 3.1 | MUST | CL | A client that is not given 'xmpp' closes the connection
W-3.1-04 | 3.1 | MUST | both | After the handshake nothing but this subprotocol is spoken
W-3.2-01 | 3.2 | MUST | both | Messages are text in UTF-8
W-3.3.1-01 | 3.3.1 | (fact) | both | 'open' and 'close' stand for the beginning and end of a stream; no element spans the whole
W-3.3.2-01 | 3.3.2 | MUST | both | They are of the namespace 'urn:ietf:params:xml:ns:xmpp-framing'
W-3.3.2-02 | 3.3.2 | MUST | server | In any other namespace they end the stream with 'invalid-namespace'
W-3.3.3-01 | 3.3.3 | MUST | both | Each message is one XML document that stands alone
W-3.3.3-02 | 3.3.3 | NOT RECOMMENDED | both | It has no XML declaration
W-3.3.3-03 | 3.3.3 | MUST | both | It begins with an angle bracket
W-3.3.3-04 | 3.3.3 | MUST | both | Each stanza or other top-level element is a message of its own
W-3.3.3-05 | 3.3.3 | MUST | both | Features and stream errors declare the namespace that their names are in
W-3.3.3-06 | 3.3.3, RFC 6120 4.8 | MUST | both | Stanzas declare 'jabber:client'
W-3.4-01 | 3.4 | MUST | CL | The first message is an 'open' of the client
W-3.4-02 | 3.4 | MUST | server | The server answers with an 'open' of its own, or with a 'close'
W-3.4-03 | 3.4 | MUST NOT | CL | One connection carries one stream
W-3.4-04 | RFC 6120 4.9.3.6 | MUST | server | A domain that is not served ends the stream with 'host-unknown'
W-3.5-01 | 3.5 | MUST | server | A stream error is one whole message
W-3.5-02 | 3.5 | MUST | server | An error while the stream is opened comes after an 'open'
W-3.6-01 | 3.6 | (expected) | both | A stream is closed with 'close', and answered with 'close', before the connection is
W-3.6-02 | 3.6 | MUST | both | Who closes then starts the closing handshake of the WebSocket
W-3.6-03 | 3.6 | (fact) | server | A connection that breaks without it closes the stream all the same
W-3.6-04 | 3.6 | SHOULD | server | Where resumption was agreed, the session is kept for a while
W-3.6.1-01 | 3.6.1 | MAY | server | 'close' may tell another address to connect to
W-3.6.1-02 | 3.6.1, 6 | MUST NOT | CL | A client does not go there when it is less secure
W-3.7-01 | 3.7 | MUST | both | A restart closes both streams without a word, and opens new ones
W-3.7-02 | 3.7 | MUST / MUST NOT | CL | The client restarts with 'open', not with 'close'
W-3.8-01 | 3.8 | MUST NOT | both | White space does not keep connections alive
W-3.8-02 | 3.8 | MAY | both | Pings of XMPP or of the WebSocket do, or requests for acknowledgement
W-3.9-01 | 3.9 | MUST | both | TLS is that of the WebSocket
W-3.9-02 | 3.9 | MUST NOT | server | It is never offered as a feature
W-3.9-03 | 3.9 | MUST | CL | A client that sees it offered ignores it
W-3.10-01 | 3.10 | MAY | CL | Stream management and resumption may be used
W-4-01 | 4 | MAY | server | The address is published in host-meta
W-4-02 | 4, 6 | SHOULD | CL | Host-meta that came over HTTPS may be trusted about where the server is
W-6-01 | 6 | (fact) | server | What RFC 6455 and RFC 6120 say about security holds here
WH-01 |  | MUST | server | The handshake is checked, and answered, as RFC 6455 has it
WH-02 |  | MUST | server | Frames that break RFC 6455 close the connection with 1002
WH-03 |  | MUST | server | A message that is too large ends the stream with 'policy-violation' and closes with 1009
WH-04 |  | SHOULD | server | Pages of origins that are not allowed get 403
WH-05 |  | MAY | server | Messages may be compressed where that is configured, within limits
WH-06 |  | MUST | server | A client that does not read what it is sent is not buffered for without limit
WH-07 |  | MAY | server | A WebSocket may begin with an extended CONNECT of HTTP/2 (RFC 8441)
`;
