/**
 * Rows about the server that a black box cannot see, and why: `id | reason`. Rows about clients are none
 * of them, nor are those of XEP-0025, which the kit does not speak.
 */
export const UNOBSERVABLE = `
B-7.1-09 | it takes a second domain of the server
B-8-12 | it takes a second namespace that the server is known to accept
B-10-05 | how long is short is for people to judge
B-12-02 | it permits something that is negotiated; nothing follows from it
B-15.1-02 | it defines a word
B-16.3-05 | 'from' is known at once wherever the server is its own connection manager
B-16.4-06 | it permits something; nothing follows from it
B-17.2-05 | it takes a fault inside the server
B-17.2-07 | it takes a proxy whose server is down
B-17.2-08 | it takes a server that is configured to send its clients elsewhere
B-17.2-09 | it takes a server that is being stopped
B-17.2-10 | it takes an application that has errors of its own
B-19.1-03 | it takes a second, plain address of the same server
B-19.1-04 | it takes client certificates
B-19.1-06 | it takes a second, plain address of the same server
B-19.2-01 | it is about a connection inside the server
B-20-01 | the address is given by who runs the kit
X-5-01 | it takes client certificates
X-5-08 | it takes client certificates
X-8-01 | whether a proxy with TLS is in front of a plain address cannot be seen
H-12 | it is about logs
H-13 | it takes a proxy that the server is configured to believe
W-3.6-03 | it takes a second client that is told of presence, and is covered by the checks of XEP-0206 §7
W-3.6.1-01 | it takes a server that is configured to send its clients elsewhere
W-6-01 | it refers to other documents
WH-04 | it takes a server with a list of origins
WH-06 | how much a server has in memory cannot be seen
WH-07 | the kit speaks HTTP/1.1
`;
