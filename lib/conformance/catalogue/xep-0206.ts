/** Requirements of XEP-0206: XMPP over BOSH. */
export const XEP_0206 = `
X-2-01 | 2 | SHOULD | both | A wrapper with payload holds features, or SASL elements, or stanzas, or stanzas with a stream error after them
X-2-02 | 2 | MUST | CM | A wrapper with features or a stream error declares the prefix 'stream' on itself
X-2-03 | 2 | (note) | CM | Stanzas that name no namespace of their own are in 'jabber:client'
X-2-04 | 2 | NOT RECOMMENDED / SHOULD | both | TLS is not negotiated in payloads; HTTP is encrypted instead
X-3-01 | 3 | SHOULD | CL | The creation request has 'xmpp:version'
X-3-02 | 3 | SHOULD | CM | That version goes on to the server
X-3-03 | 3 | (fact) | CM | 'from' and 'to' stand for those of the stream header
X-3-04 | 3 | MUST NOT | both | The tag of the stream itself is never in a wrapper
X-4-01 | 4 | SHOULD | CM | 'xmpp:version' and the stream features come as soon as there are any, with the creation response or later
X-4-02 | 4 | MUST | CM | Who can restart streams says so with 'xmpp:restartlogic' at creation
X-4-03 | 4 | STRONGLY RECOMMENDED | CM | Streams can be restarted
X-4-04 | 4 (n.4) | MUST | both | Booleans may be written as words or as digits
X-4-05 | 4 | (note) | CM | 'authid', which is obsolete, is the id of the stream
X-4-06 | 4 | SHOULD | CL | A client that has no features yet sends empty requests until they come
X-4-07 | 4 | SHOULD | CL/CM | An offer of TLS among the features is ignored: TLS belongs to HTTP
X-4-08 | 4 | NOT RECOMMENDED / SHOULD / SHOULD NOT | both | Streams are not compressed; HTTP may compress, but never both
X-4-09 | 4 | SHOULD | both | 'xmpp:version' also goes with every stream that is added
X-5-01 | 5 | MAY | CM | SASL EXTERNAL may rest on what HTTP or TLS has authenticated
X-5-02 | 5 | (fact) | both | SASL and resource binding are those of RFC 6120, with all their errors
X-5-03 | 5 | MUST | CL | After success the client asks for a restart
X-5-04 | 5 | MUST | CL | It does so with 'restart' of the namespace 'urn:xmpp:xbosh'
X-5-05 | 5 | SHOULD | CL | That request has 'to' and 'xml:lang'
X-5-06 | 5 | SHOULD | CL | It has no payload
X-5-07 | 5 | SHOULD | CM | A payload that it has all the same is ignored
X-5-08 | 5 | SHOULD / MUST | CL / CM | With EXTERNAL, 'from' in the restart is held against the outer credentials
X-5-09 | 5 | MUST | CM | A restart closes the stream and opens a new one
X-5-10 | 5 | MUST | CM | The features of the new stream go to the client
X-5-11 | 5 | (fact) | both | A resource is bound with payloads
X-6-01 | 2, 6 | MUST | CM | A stream error is a 'terminate' with the condition 'remote-stream-error', stanzas that still wait, and then the error element
X-7-01 | 7 | RECOMMENDED | CM | Of what a dead session did not deliver, presence is dropped; for the rest the senders get errors
X-7-02 | 7 | SHOULD | server | Messages among it are stored for later where the server does that
X-8-01 | 8 | (fact) | both | What RFC 6120 says about security holds here, too
`;
