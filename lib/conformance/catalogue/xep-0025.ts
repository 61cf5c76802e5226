/** Requirements of XEP-0025, Jabber HTTP Polling; a 'must' in small letters is what the sense of its text is. */
export const XEP_0025 = `
P-3-01 | 3 | must | CL | Requests are POSTs with the Content-Type of a form, but their bodies are not encoded as one
P-3-02 | 3 | must | server | Responses are 'text/xml'; both directions are UTF-8, whatever headers say
P-3-03 | 3 | must | server | Every response sets the cookie 'ID' to the identifier of the session
P-3-04 | 3 | must | CL | The first request has the identifier 0
P-3-05 | 3 | must | server | The status is 200 always; errors are identifiers that end in ':0'
P-3-06 | 3 | must | server | An identifier consists of letters, digits, colons and hyphens, and ends in ':0' only for an error
P-3-07 | 3 | must | server | In the first request the key begins the sequence, and a new key beside it is ignored
P-3-08 | 3 | may | CL | A request without XML only fetches what there is
P-3-09 | 3, 3.1.4 | (fact) | both | Requests and responses are stretches of the stream, cut anywhere
P-3-10 | 3 | (fact) | CL | A client that is given another identifier in the middle of a session stops
P-3.1-01 | 3.1 | must | server | An error ends the session
P-3.1.1-01 | 3.1.1 | (def.) | server | '0:0' is an error of any other kind
P-3.1.2-01 | 3.1.2 | (def.) | server | '-1:0' is a fault of the server
P-3.1.3-01 | 3.1.3 | (def.) | server | '-2:0' is a request that cannot be understood
P-3.1.4-01 | 3.1.4, 4 | must | server | '-3:0' is a wrong key: that request is not processed, and does not keep the session alive
P-3.1.4-02 | 3.1.4 | must | CL | Each key is the Base64 of the SHA-1 of the one before
P-3.1.4-03 | 3.1.4 | must | server | A session that no request comes for is ended
P-3.1.4-04 | 3.1.4 | recommended | CL | A client polls at least every two minutes
P-3.1.4-05 | 3.1.4 | must | CL | A client closes its stream when it leaves
P-3.1.4-06 | 3.1.4 | MUST | server | When a session times out, requests among what waited are refused, and messages refused or stored
P-4-01 | 4 | must | server | A key is right when it hashes to the last one, or to the last new one
P-4-02 | 4 | may / should / must | CL | A new sequence may begin at any time, and must when the old one is used up
`;
