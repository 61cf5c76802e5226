/** Requirements of XEP-0206. */
export const XEP_0206 = `
X-2-01 | 2 | SHOULD | both | Non-empty body holds one of: '<stream:features/>'; SASL elements; 'message'/'presence'/'iq' in 'jabber:client'; stanzas + '<stream:error/>'
X-2-02 | 2 | MUST | CM | Body with features/error declares 'xmlns:stream='http://etherx.jabber.org/streams'' **on '<body/>'**
X-2-03 | 2 | (note) | CM | Stanzas without own namespace (inheriting httpbind) are accepted as 'jabber:client'
X-2-04 | 2 | NOT RECOMMENDED / SHOULD | both | No TLS negotiation in payloads; encryption at HTTP level
X-3-01 | 3 | SHOULD | CL | 'xmpp:version='1.0'' in the creation request
X-3-02 | 3 | SHOULD | CM | Forward the version to the XMPP server
X-3-03 | 3 | (fact) | CM | 'from'/'to' may fill the stream header
X-3-04 | 3 | MUST NOT | both | No '<stream:stream>' tag inside bodies
X-4-01 | 4 | SHOULD | CM | 'xmpp:version' and '<stream:features/>' as soon as available, in C or later
X-4-02 | 4 | MUST | CM | Restart support advertised: 'xmpp:restartlogic='true'' in C
X-4-03 | 4 | STRONGLY RECOMMENDED | CM | Support restarts
X-4-04 | 4 (n.4) | MUST | both | xs:boolean: accept 'true','1','false','0'
X-4-05 | 4 | (note) | CM | Obsolete 'authid' = stream id
X-4-06 | 4 | SHOULD | CL | No features in C -> send empty requests until they come
X-4-07 | 4 | SHOULD | CL/CM | Client ignores a TLS feature; TLS belongs to HTTP
X-4-08 | 4 | NOT RECOMMENDED / SHOULD / SHOULD NOT | both | No TLS compression, no XEP-0138; HTTP coding instead; never both
X-4-09 | 4 | SHOULD | both | 'xmpp:version' also when adding streams
X-5-01 | 5 | MAY | CM | SASL EXTERNAL when HTTP/TLS authentication exists
X-5-02 | 5 | (fact) | both | SASL + bind as RFC 6120 incl. error cases
X-5-03 | 5 | MUST | CL | After '<success/>' send a restart request
X-5-04 | 5 | MUST | CL | 'xmpp:restart='true'' in namespace 'urn:xmpp:xbosh'
X-5-05 | 5 | SHOULD | CL | Restart has 'to' and 'xml:lang'
X-5-06 | 5 | SHOULD | CL | Restart body is empty
X-5-07 | 5 | SHOULD | CM | Stanza inside a restart body is ignored
X-5-08 | 5 | SHOULD / MUST | CL / CM | EXTERNAL: 'from' on restart; server tries to associate it with the outer credentials
X-5-09 | 5 | MUST | CM | Restart closes the previous stream and opens a new one (new stream id, features re-evaluated)
X-5-10 | 5 | MUST | CM | Features of the new stream are forwarded
X-5-11 | 5 | (fact) | both | Resource binding as payload
X-6-01 | 2, 6 | MUST | CM | Stream error: 'type='terminate' condition='remote-stream-error'', zero or more stanzas, then the full '<stream:error/>'
X-7-01 | 7 | RECOMMENDED | CM | Session died with undelivered stanzas: presence dropped; iq -> 'service-unavailable'; message -> 'recipient-unavailable'
X-7-02 | 7 | SHOULD | server | Store such messages offline if enabled, else route the error
X-8-01 | 8 | (fact) | both | Security considerations of BOSH and RFC 6120 apply
`;
